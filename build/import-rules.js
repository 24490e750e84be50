// The "may import" column of the design, as settings and rules of eslint-plugin-boundaries. Tests are exempt.

const stage = (name, folder) => ({ type: name, pattern: folder, partialMatch: false });
const mainStages = [
  'settings',
  'recording',
  'media',
  'streams',
  'composite',
  'certificate',
  'jobs',
  'upload',
  'webhook',
  'library',
  'shell',
  'api',
  'cli',
];
const rendererFolders = ['call', 'capture', 'state', 'components', 'screens'];

const ELEMENTS = [
  stage('contract', 'src-main/contract'),
  ...mainStages.map((name) => stage(name, `src-main/${name}`)),
  ...rendererFolders.map((name) => stage(`renderer-${name}`, `src-renderer/${name}`)),
  // Files directly in the two folders: the composition root, and the pages' entries.
  stage('main', 'src-main'),
  stage('renderer', 'src-renderer'),
];

/** What each stage may import apart from itself and the contract. */
const GRANTS = {
  streams: ['media'],
  composite: ['media'],
  certificate: ['media'],
  library: ['recording', 'media'],
  main: mainStages,
  // The order of the data path: what the call hands out, capture takes.
  'renderer-capture': ['renderer-call'],
  'renderer-components': ['renderer-state'],
  'renderer-screens': ['renderer-state', 'renderer-components'],
  renderer: rendererFolders.map((name) => `renderer-${name}`),
};

const isRenderer = (type) => type.startsWith('renderer');

/** The renderer takes types from the contract, and of its values only the addresses of the app's own protocol, how times
 * are written, and the catalogue of texts. */
function contractPolicies(type) {
  if (!isRenderer(type)) return [{ from: { element: { type } }, allow: { to: { element: { type: 'contract' } } } }];
  return [
    {
      from: { element: { type } },
      allow: { to: { element: { type: 'contract' } }, dependency: { kind: 'type' } },
    },
    {
      from: { element: { type } },
      allow: { to: { element: { type: 'contract' }, file: { categories: 'values' } } },
    },
  ];
}

function policiesOf(type) {
  const own = { from: { element: { type } }, allow: { to: { element: { type } } } };
  const granted = GRANTS[type] ?? [];
  const grants = granted.map((other) => ({
    from: { element: { type } },
    allow: { to: { element: { type: other } } },
  }));
  return type === 'contract' ? [own] : [own, ...contractPolicies(type), ...grants];
}

/** The part of an ESLint configuration that enforces the direction of imports below `root`. */
export const IMPORT_RULES = (root) => ({
  settings: {
    'boundaries/root-path': root,
    'boundaries/elements': ELEMENTS,
    'boundaries/files': [{ category: 'values', pattern: 'src-main/contract/{app-urls.ts,clock-text.ts,texts/**}' }],
    'import/resolver': { node: { extensions: ['.ts', '.tsx', '.js'] } },
  },
  rules: {
    'boundaries/dependencies': [
      'error',
      {
        default: 'disallow',
        message:
          '{{from.element.types}} may not import {{to.element.types}} (see build/import-rules.js): what two stages share is in contract, and main.ts wires them',
        policies: [
          { from: { element: { type: '*' } }, allow: { to: { module: { origin: ['external', 'core'] } } } },
          ...ELEMENTS.flatMap(({ type }) => policiesOf(type)),
        ],
      },
    ],
    // A file outside every stage (build/, test/, a new folder that is not in this list) is no business of the app's code.
    'boundaries/no-unknown-dependencies': 'error',
  },
});
