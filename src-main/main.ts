import { app, protocol, safeStorage } from 'electron';
import { join } from 'node:path';
import { cliWords, isQuestion } from './cli/words.ts';
import { toRollcallError } from './contract/errors.ts';
import { Environment } from './environment.ts';
import { appScheme } from './shell/app-protocol.ts';
import { denyByDefault } from './shell/security.ts';
import { hasDisplay, runAgainOnVirtualDisplay } from './shell/virtual-display.ts';

/**
 * Where everything is built once and passed on. The words on the command line decide whether this process is the command
 * line or the app with its window.
 */

// The runtime's Node is Electron's; the SDK's advice to update it would go to the user's terminal.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

protocol.registerSchemesAsPrivileged([appScheme]);
denyByDefault((what) => console.error(`denied: ${what}`));

const vault = {
  available: () => safeStorage.isEncryptionAvailable(),
  encrypt: (text: string) => safeStorage.encryptString(text).toString('base64'),
  decrypt: (text: string) => safeStorage.decryptString(Buffer.from(text, 'base64')),
};

const words = cliWords(process.argv, process.defaultApp);

async function main(): Promise<void> {
  const environment = new Environment(join(import.meta.dirname, '..'), vault);
  if (words === null) return (await import('./window-runtime.ts')).runWindow(environment);
  const { CliRuntime } = await import('./cli-runtime.ts');
  const exitCode = await new CliRuntime(environment).run(words);
  await environment.close();
  // Not `app.exit`: where a command ends as soon as it began, Chromium's orderly end hangs now and then (in 3 of 360
  // runs), and with it whoever waits for the command. Everything of ours is closed by now.
  process.exit(exitCode);
}

/** Chromium ends the process where it finds no display, so what can be done without one is done before it looks. */
async function beforeReady(): Promise<void> {
  if (words !== null && isQuestion(words)) return main();
  if (hasDisplay()) return;
  try {
    app.exit(await runAgainOnVirtualDisplay());
  } catch (error) {
    const { message, remedy, exitCode } = toRollcallError(error);
    console.error(`${message}\n${remedy}`);
    app.exit(exitCode);
  }
}

await beforeReady();

// Windows of a recording come and go; the app ends when its work does.
app.on('window-all-closed', () => undefined);

// Not awaited at the top level: an ES module main that awaits readiness never becomes ready.
app
  .whenReady()
  .then(main)
  .catch((error: unknown) => {
    console.error(error);
    app.exit(1);
  });
