import { texts } from '../../src-main/contract/texts/index.ts';
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
      label: texts.shell.open(summary.roomName),
      note: formatDateTime(summary.startedAt),
      run: () => actions.openSession(summary.sessionId),
    })),
  ];
}

function commandItems(state: UiState, actions: Actions): PaletteItem[] {
  const go = (label: string, screen: 'rooms' | 'live' | 'library' | 'queue' | 'settings'): PaletteItem => ({
    key: screen,
    label,
    note: texts.shell.goTo,
    run: () => actions.show({ screen }),
  });
  const stop: PaletteItem = { key: 'stop', label: texts.shell.stopRecording, note: 'R', run: actions.recordOrStop };
  const pause: PaletteItem = {
    key: 'pause',
    label: isPaused(state.live) ? texts.shell.resumeRecording : texts.shell.pauseRecording,
    note: 'P',
    run: () => void actions.pauseOrResume(),
  };
  return [
    ...(isCapturing(state.live) ? [stop, pause] : []),
    go(texts.shell.rooms, 'rooms'),
    go(texts.shell.live, 'live'),
    go(texts.shell.library, 'library'),
    go(texts.shell.queue, 'queue'),
    go(texts.shell.settings, 'settings'),
    { key: 'add-room', label: texts.shell.addRoom, note: texts.shell.rooms, run: () => void actions.editRoom(null) },
    {
      key: 'add-template',
      label: texts.shell.addTemplate,
      note: texts.shell.settings,
      run: () => void actions.editTemplate(null),
    },
    {
      key: 'hosted',
      label: texts.shell.hostedStorage,
      note: texts.shell.settings,
      run: () => void actions.editHosted(),
    },
    { key: 'webhook', label: texts.shell.webhook, note: texts.shell.settings, run: () => void actions.editWebhook() },
    {
      key: 'export',
      label: texts.shell.exportSettingsFile,
      note: texts.shell.settings,
      run: () => void actions.exportSettings(),
    },
    {
      key: 'import',
      label: texts.shell.importSettingsFile,
      note: texts.shell.settings,
      run: () => void actions.importSettings(),
    },
    {
      key: 'choose',
      label: texts.shell.changeLibraryFolder,
      note: texts.shell.settings,
      run: () => void actions.chooseLibrary(),
    },
    {
      key: 'folder',
      label: texts.shell.openLibraryFolder,
      note: texts.shell.library,
      run: () => void actions.openLibrary(),
    },
    {
      key: 'dark',
      label: texts.shell.darkAppearance,
      note: texts.shell.appearance,
      run: () => actions.setTheme('dark'),
    },
    {
      key: 'light',
      label: texts.shell.lightAppearance,
      note: texts.shell.appearance,
      run: () => actions.setTheme('light'),
    },
    { key: 'keys', label: texts.shell.keyboardShortcuts, note: '?', run: () => actions.openDialog('shortcuts') },
  ];
}

function roomItems(state: UiState, actions: Actions): PaletteItem[] {
  if (state.snapshot.state !== 'ready' || isCapturing(state.live)) return [];
  return state.snapshot.value.settings.rooms
    .filter((room) => room.effective.records)
    .map((room) => ({
      key: `room ${room.id}`,
      label: texts.shell.record(room.name),
      note: room.effective.delivery,
      run: () => void actions.record({ roomId: room.id }),
    }));
}
