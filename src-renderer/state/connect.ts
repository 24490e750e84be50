import type { AppChange, AppSnapshot, MenuCommand, RollcallApi, SessionSummary } from '../../src-main/contract/ipc.ts';
import type { Actions } from './actions.ts';
import type { UiState, UiStore } from './store.ts';

/** Fills the store from main, and keeps it so: first the changes, then what is there, so that nothing falls between. */
export function connect(store: UiStore, api: RollcallApi, actions: Actions): void {
  api.onChange((change) => apply(store, actions, change));
  void actions.takeRequest();
  const tellNetwork = (): void => store.setState({ offline: !navigator.onLine });
  window.addEventListener('online', tellNetwork);
  window.addEventListener('offline', tellNetwork);
  tellNetwork();
  void api.getSnapshot().then((result) => {
    store.setState({
      snapshot: result.ok ? { state: 'ready', value: result.value } : { state: 'failed', error: result.error },
    });
    if (result.ok) offerFirstSteps(store, result.value);
  });
  void api.getLive().then((result) => {
    if (result.ok && result.value !== null) store.setState({ live: result.value, view: { screen: 'live' } });
  });
  void api.getExport().then((result) => {
    if (result.ok) store.setState({ exported: result.value });
  });
  void api.listSessions().then((result) => {
    if (!result.ok) store.setState({ sessions: { state: 'failed', error: result.error } });
    else store.setState({ sessions: { state: 'ready', value: merge(new Map(), result.value, []) } });
  });
}

function apply(store: UiStore, actions: Actions, change: AppChange): void {
  switch (change.kind) {
    case 'snapshot':
      store.setState({ snapshot: { state: 'ready', value: change.snapshot } });
      offerFirstSteps(store, change.snapshot);
      return;
    case 'live':
      store.setState({ live: change.live });
      return;
    case 'picture':
      actions.takePicture(change.trackId, change.jpeg);
      return;
    case 'export':
      store.setState({ exported: change.view });
      return;
    case 'sessions':
      applySessions(store, actions, change.changed, change.removed);
      return;
    case 'progress':
      store.setState({ progress: withProgress(store.getState().progress, change) });
      return;
    case 'record-request':
      void actions.takeRequest();
      return;
    case 'command':
      runCommand(actions, change.command);
      return;
  }
}

function withProgress(
  before: UiState['progress'],
  { sessionId, progress }: Extract<AppChange, { kind: 'progress' }>,
): UiState['progress'] {
  const next = new Map(before);
  if (progress === null) next.delete(sessionId);
  else next.set(sessionId, progress);
  return next;
}

/** Shows the first steps to somebody new who has not begun anything by themselves. */
function offerFirstSteps(store: UiStore, snapshot: AppSnapshot): void {
  const { view, link, live, dialog, editor, welcomed } = store.getState();
  const untouched = view.screen === 'rooms' && link === '' && live === null && dialog === null && editor === null;
  if (!snapshot.firstRun || welcomed || !untouched) return;
  store.setState({ view: { screen: 'welcome' }, welcomed: true });
}

function applySessions(store: UiStore, actions: Actions, changed: SessionSummary[], removed: string[]): void {
  const { sessions, view } = store.getState();
  const before = sessions.state === 'ready' ? sessions.value : new Map<string, SessionSummary>();
  store.setState({ sessions: { state: 'ready', value: merge(before, changed, removed) } });
  if (view.screen === 'review' && changed.some((summary) => summary.sessionId === view.sessionId)) {
    void actions.loadDetail(view.sessionId);
  }
}

/** A new map with the changes in it: what is drawn compares maps by identity. */
function merge(
  before: ReadonlyMap<string, SessionSummary>,
  changed: SessionSummary[],
  removed: string[],
): ReadonlyMap<string, SessionSummary> {
  const after = new Map(before);
  for (const sessionId of removed) after.delete(sessionId);
  for (const summary of changed) after.set(summary.sessionId, summary);
  return after;
}

/** A choice of the operating system's menu. */
export function runCommand(actions: Actions, command: MenuCommand): void {
  switch (command) {
    case 'rooms':
    case 'live':
    case 'library':
    case 'settings':
      actions.show({ screen: command });
      return;
    case 'record-or-stop':
      actions.recordOrStop();
      return;
    case 'search':
      actions.focusSearch();
      return;
    case 'shortcuts':
      actions.openDialog('shortcuts');
      return;
  }
}
