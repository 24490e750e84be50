import { createRoot } from 'react-dom/client';
import type { RollcallApi } from '../../src-main/contract/ipc.ts';
import { App } from '../screens/App.tsx';
import { createActions } from '../state/actions.ts';
import { createUiStore } from '../state/store.ts';
import { SCENES } from './scenes.ts';

/**
 * Every screen in every state with sample data: `gallery.html?scene=live&theme=light`; without a scene, the list of
 * them. For looking and for screenshots; it is not part of a package.
 */

const query = new URLSearchParams(location.search);
const scene = SCENES[query.get('scene') ?? ''];
const theme = query.get('theme') === 'light' ? 'light' : 'dark';

/** Answers nothing: what a scene shows is all in its state. */
const api = new Proxy(
  {},
  { get: (_target, name) => (name === 'onChange' ? () => () => undefined : () => new Promise<never>(() => undefined)) },
) as RollcallApi;

const root = document.getElementById('root');
if (root === null) throw new Error('gallery.html has no #root');
if (scene === undefined) {
  createRoot(root).render(
    <ul>
      {Object.keys(SCENES).map((name) => (
        <li key={name}>
          <a href={`?scene=${name}`}>{name}</a>
        </li>
      ))}
    </ul>,
  );
} else {
  const store = createUiStore({ ...scene, theme });
  createRoot(root).render(<App store={store} actions={createActions(store, api, () => undefined)} />);
}
