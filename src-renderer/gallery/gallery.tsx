import { createRoot } from 'react-dom/client';
import { notifications } from '@mantine/notifications';
import type { RollcallApi } from '../../src-main/contract/ipc.ts';
import { App } from '../screens/App.tsx';
import { createActions } from '../state/actions.ts';
import { createUiStore } from '../state/store.ts';
import { findFlaws } from './find-flaws.ts';
import { samplePicture } from './sample-picture.ts';
import { SCENES } from './scenes.ts';

/**
 * Every screen in every state with sample data: `gallery.html?scene=live&theme=light`; without a scene, the list of
 * them. For looking, for screenshots and for tests, which change the scene by `window.gallery`; it is not part of a package.
 */

/** What live tracks show that are on the screen; it is called again and again. */
let watchTracks = (_trackIds: readonly string[]): void => undefined;

/** Answers nothing: what a scene shows is all in its state, but for the pictures of live tracks. */
const api = new Proxy(
  {},
  {
    get: (_target, name) => {
      if (name === 'onChange') return () => () => undefined;
      return (...args: unknown[]) => {
        if (name === 'watchTracks') watchTracks(args[0] as string[]);
        return new Promise<never>(() => undefined);
      };
    },
  },
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
  const actions = createActions(store, api, () => undefined);
  watchTracks = (trackIds) => {
    for (const trackId of trackIds) void samplePicture(trackId).then((jpeg) => actions.takePicture(trackId, jpeg));
  };
  root.render(<App key={(shown += 1)} store={store} actions={actions} />);
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
