import { join } from 'node:path';
import { parser } from 'typescript-eslint';
import boundaries from 'eslint-plugin-boundaries';
import { ESLint } from 'eslint';
import { expect, test } from 'vitest';
import { IMPORT_RULES } from './import-rules.js';

const root = join(import.meta.dirname, '..');
const eslint = new ESLint({
  cwd: root,
  overrideConfigFile: true,
  overrideConfig: [
    {
      files: ['**/*.ts', '**/*.tsx'],
      languageOptions: { parser },
      plugins: { boundaries },
      ...IMPORT_RULES(root),
    },
  ],
});

/** The rules that an import in a file of the repository breaks. */
async function broken(file: string, code: string): Promise<(string | null)[]> {
  const [result] = await eslint.lintText(code, { filePath: join(root, file) });
  return result!.messages.map((message) => message.ruleId ?? message.message);
}

const RULE = 'boundaries/dependencies';

test.each([
  ['a stage takes from the contract', 'src-main/upload/x.ts', "import { z } from '../contract/errors.ts';", []],
  ['a stage does not take from its neighbour', 'src-main/upload/x.ts', "import '../settings/resolve.ts';", [RULE]],
  ['not even a type', 'src-main/upload/x.ts', "import type { X } from '../settings/resolve.ts';", [RULE]],
  ['streams may use media', 'src-main/streams/x.ts', "import { F } from '../media/ffmpeg.ts';", []],
  ['media may not use streams', 'src-main/media/x.ts', "import '../streams/make-stream.ts';", [RULE]],
  ['the library reads recordings', 'src-main/library/x.ts', "import '../recording/timeline.ts';", []],
  ['the root may use every stage', 'src-main/main.ts', "import './settings/resolve.ts';", []],
  ['a stage may not use the root', 'src-main/upload/x.ts', "import '../main.ts';", [RULE]],
  ['the contract takes nothing of ours', 'src-main/contract/x.ts', "import '../media/ffmpeg.ts';", [RULE]],
  ['main takes nothing from the renderer', 'src-main/main.ts', "import '../src-renderer/main.tsx';", [RULE]],
  [
    'the renderer takes types from the contract',
    'src-renderer/state/x.ts',
    "import type { ErrorRecord } from '../../src-main/contract/errors.ts';",
    [],
  ],
  [
    'the renderer takes no values from it',
    'src-renderer/state/x.ts',
    "import { RollcallError } from '../../src-main/contract/errors.ts';",
    [RULE],
  ],
  ['and nothing from main', 'src-renderer/state/x.ts', "import type { X } from '../../src-main/main.ts';", [RULE]],
  ['state knows no components', 'src-renderer/state/x.ts', "import '../components/Avatar.tsx';", [RULE]],
  [
    'screens know both',
    'src-renderer/screens/x.ts',
    "import '../components/Avatar.tsx'; import '../state/words.ts';",
    [],
  ],
  ['packages are no business of this rule', 'src-main/upload/x.ts', "import 'zod'; import 'node:fs';", []],
])('%s', async (_name, file, code, expected) => {
  expect(await broken(file, code)).toEqual(expected);
});
