import { formatDateTime } from './format.ts';
import { isCapturing, isPaused } from './live-facts.ts';
import { findSessions } from './library-list.ts';
import type { Actions } from './actions.ts';
import type { UiState } from './store.ts';

/** One thing that the command palette offers. */
export interface PaletteItem {
  key: string;
  label: string;
  note: string;
  run: () => void;
}

const MAX_SESSIONS = 8;

/** What matches the words typed: commands, then rooms to record, then recordings to open. */
export function paletteItems(state: UiState, actions: Actions, query: string): PaletteItem[] {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const commands = [...commandItems(state, actions), ...roomItems(state, actions)].filter((item) =>
    words.every((word) => `${item.label} ${item.note}`.toLowerCase().includes(word)),
  );
  if (words.length === 0 || state.sessions.state !== 'ready') return commands;
  const sessions = findSessions(state.sessions.value.values(), query).slice(0, MAX_SESSIONS);
  return [
    ...commands,
    ...sessions.map((summary) => ({
      key: summary.sessionId,
      label: `Open ${summary.roomName}`,
      note: formatDateTime(summary.startedAt),
      run: () => actions.openSession(summary.sessionId),
    })),
  ];
}

function commandItems(state: UiState, actions: Actions): PaletteItem[] {
  const go = (label: string, screen: 'rooms' | 'live' | 'library' | 'queue' | 'settings'): PaletteItem => ({
    key: screen,
    label,
    note: 'Go to',
    run: () => actions.show({ screen }),
  });
  const stop: PaletteItem = { key: 'stop', label: 'Stop recording…', note: 'R', run: actions.recordOrStop };
  const pause: PaletteItem = {
    key: 'pause',
    label: isPaused(state.live) ? 'Resume recording' : 'Pause recording',
    note: 'P',
    run: () => void actions.pauseOrResume(),
  };
  return [
    ...(isCapturing(state.live) ? [stop, pause] : []),
    go('Rooms', 'rooms'),
    go('Live', 'live'),
    go('Library', 'library'),
    go('Queue', 'queue'),
    go('Settings', 'settings'),
    { key: 'add-room', label: 'Add room…', note: 'Rooms', run: () => void actions.editRoom(null) },
    { key: 'add-template', label: 'Add template…', note: 'Settings', run: () => void actions.editTemplate(null) },
    { key: 'hosted', label: 'Hosted storage…', note: 'Settings', run: () => void actions.editHosted() },
    { key: 'webhook', label: 'Webhook…', note: 'Settings', run: () => void actions.editWebhook() },
    { key: 'export', label: 'Export settings file…', note: 'Settings', run: () => void actions.exportSettings() },
    { key: 'import', label: 'Import settings file…', note: 'Settings', run: () => void actions.importSettings() },
    { key: 'choose', label: 'Change library folder…', note: 'Settings', run: () => void actions.chooseLibrary() },
    { key: 'folder', label: 'Open library folder', note: 'Library', run: () => void actions.openLibrary() },
    { key: 'dark', label: 'Dark appearance', note: 'Appearance', run: () => actions.setTheme('dark') },
    { key: 'light', label: 'Light appearance', note: 'Appearance', run: () => actions.setTheme('light') },
    { key: 'keys', label: 'Keyboard shortcuts', note: '?', run: () => actions.openDialog('shortcuts') },
  ];
}

function roomItems(state: UiState, actions: Actions): PaletteItem[] {
  if (state.snapshot.state !== 'ready' || isCapturing(state.live)) return [];
  return state.snapshot.value.settings.rooms
    .filter((room) => room.effective.records)
    .map((room) => ({
      key: `room ${room.id}`,
      label: `Record ${room.name}`,
      note: room.effective.delivery,
      run: () => void actions.record({ roomId: room.id }),
    }));
}
