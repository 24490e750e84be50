import { createRoot } from 'react-dom/client';
import { notifications } from '@mantine/notifications';
import type { RollcallApi } from '../src-main/contract/ipc.ts';
import { texts } from '../src-main/contract/texts/index.ts';
import { App } from './screens/App.tsx';
import { createActions } from './state/actions.ts';
import { connect } from './state/connect.ts';
import { createUiStore } from './state/store.ts';

/** Entry of the app's window: builds the state, connects it to main, and draws it. */

declare global {
  interface Window {
    /** Put here by `src-main/shell/preload-ui.ts`. */
    rollcall: RollcallApi;
  }
}

// What screen readers pronounce it by.
document.documentElement.lang = texts.units.locale;

const store = createUiStore();
const actions = createActions(store, window.rollcall, (message) => {
  notifications.show({ message, autoClose: 2500 });
});
connect(store, window.rollcall, actions);

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(<App store={store} actions={actions} />);
// After the first picture: from here on everything that shows can be pressed. The bench looks at it.
requestAnimationFrame(() => setTimeout(() => performance.mark('rollcall-interactive')));
