import { createRoot } from 'react-dom/client';
import { notifications } from '@mantine/notifications';
import type { RollcallApi } from '../../src-main/contract/ipc.ts';
import { App } from '../screens/App.tsx';
import { createActions } from '../state/actions.ts';
import { createUiStore } from '../state/store.ts';
import { findFlaws } from './find-flaws.ts';
import { SCENES } from './scenes.ts';

/**
 * Every screen in every state with sample data: `gallery.html?scene=live&theme=light`; without a scene, the list of
 * them. For looking, for screenshots and for tests, which change the scene by `window.gallery`; it is not part of a package.
 */

/** Answers nothing: what a scene shows is all in its state. */
const api = new Proxy(
  {},
  { get: (_target, name) => (name === 'onChange' ? () => () => undefined : () => new Promise<never>(() => undefined)) },
) as RollcallApi;

const element = document.getElementById('root');
if (element === null) throw new Error('gallery.html has no #root');
const root = createRoot(element);
let shown = 0;

function show(name: string, theme: 'dark' | 'light'): void {
  const scene = SCENES[name];
  if (scene === undefined) throw new Error(`there is no scene ${name}`);
  notifications.clean();
  const store = createUiStore({ ...scene, theme });
  root.render(<App key={(shown += 1)} store={store} actions={createActions(store, api, () => undefined)} />);
}

window.gallery = { names: Object.keys(SCENES), show, findFlaws };

const query = new URLSearchParams(location.search);
const first = query.get('scene');
if (first !== null && first in SCENES) show(first, query.get('theme') === 'light' ? 'light' : 'dark');
else {
  root.render(
    <ul>
      {Object.keys(SCENES).map((name) => (
        <li key={name}>
          <a href={`?scene=${name}`}>{name}</a>
        </li>
      ))}
    </ul>,
  );
}
