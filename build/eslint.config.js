import { join } from 'node:path';
import eslint from '@eslint/js';
import boundaries from 'eslint-plugin-boundaries';
import reactHooks from 'eslint-plugin-react-hooks';
import globals from 'globals';
import tseslint from 'typescript-eslint';
import { IMPORT_RULES } from './import-rules.js';

const root = join(import.meta.dirname, '..');
const TYPESCRIPT = ['**/*.ts', '**/*.tsx'];
const TESTS = ['**/*.test.ts', '**/*.test.tsx', 'test/**/*.ts'];

/**
 * What people read stands in the catalogue. Names of keys (single letters), of attributes, and addresses that serve as
 * examples are no words.
 */
const READ =
  '/^(alt|aside|aria-(description|label|placeholder|roledescription|valuetext)|description|detail|hint|label|message|name|next|note|placeholder|remedy|suffix|text|title|words?)$/';
const WORDS = ':matches(Literal[value=/^(?!https?:|x-|aria-).*\\p{L}{2}/u], TemplateElement[value.raw=/\\p{L}{2}/u])';
const PARTS = ":matches(ConditionalExpression, LogicalExpression, TemplateLiteral, BinaryExpression[operator='+'])";

/** Words directly in something, or as parts of an expression there: a choice, a fallback, a template, a sum. */
const wordsIn = (place) => [
  `${place} > ${WORDS}`,
  `${place} > ${PARTS} > ${WORDS}`,
  `${place} > ${PARTS} > ${PARTS} > ${WORDS}`,
];

const refused = (selectors) =>
  selectors.map((selector) => ({ selector, message: 'Texts that people read belong into src-main/contract/texts.' }));

const TEXTS_IN_OBJECTS = refused(
  [`Property[key.name=${READ}]`, `Property[key.value=${READ}]`, 'CallExpression[callee.name="notify"]'].flatMap(
    wordsIn,
  ),
);
const TEXTS_IN_PAGES = refused([
  'JSXText[value=/\\p{L}{2}/u]',
  ...wordsIn(':matches(JSXElement, JSXFragment) > JSXExpressionContainer'),
  `JSXAttribute[name.name=${READ}] > ${WORDS}`,
  ...wordsIn(`JSXAttribute[name.name=${READ}] > JSXExpressionContainer`),
]);

export default tseslint.config(
  { ignores: ['out/', 'dist/', 'node_modules/', 'test/artifacts/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  eslint.configs.recommended,
  {
    files: TYPESCRIPT,
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['src-renderer/tsconfig.json', 'build/tsconfig.main.json', 'build/tsconfig.pages.json'],
        tsconfigRootDir: root,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Numbers and booleans read well in messages.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // Async functions without await keep an interface's signature, and turn throws into rejections.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      // Data from outside may be other than its type says; such checks are wanted.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/unified-signatures': 'off',
      // Interfaces here are records of functions; strings are spread into code points on purpose; Electron 45 deprecates
      // what Electron 33 has no successor for.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/no-deprecated': 'off',
      '@typescript-eslint/use-unknown-in-catch-callback-variable': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    files: ['src-renderer/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: { 'react-hooks/rules-of-hooks': 'error', 'react-hooks/exhaustive-deps': 'error' },
  },
  {
    files: ['src-renderer/{screens,components}/**/*.tsx', 'src-renderer/main.tsx'],
    rules: { 'no-restricted-syntax': ['error', ...TEXTS_IN_PAGES, ...TEXTS_IN_OBJECTS] },
  },
  {
    files: ['src-renderer/state/**/*.ts'],
    ignores: TESTS,
    rules: { 'no-restricted-syntax': ['error', ...TEXTS_IN_OBJECTS] },
  },
  {
    files: TESTS,
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
  { files: ['**/*.js', '**/*.mjs'], languageOptions: { globals: globals.node } },
  {
    files: ['src-main/**/*.ts', 'src-renderer/**/*.{ts,tsx}'],
    ignores: TESTS,
    plugins: { boundaries },
    ...IMPORT_RULES(root),
  },
);
