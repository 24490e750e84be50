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
      label: texts.palette.openSession(summary.roomName),
      note: formatDateTime(summary.startedAt),
      run: () => actions.openSession(summary.sessionId),
    })),
  ];
}

function commandItems(state: UiState, actions: Actions): PaletteItem[] {
  const go = (label: string, screen: 'rooms' | 'live' | 'library' | 'queue' | 'settings'): PaletteItem => ({
    key: screen,
    label,
    note: texts.palette.goTo,
    run: () => actions.show({ screen }),
  });
  const stop: PaletteItem = { key: 'stop', label: texts.palette.stop, note: 'R', run: actions.recordOrStop };
  const pause: PaletteItem = {
    key: 'pause',
    label: isPaused(state.live) ? texts.palette.resume : texts.palette.pause,
    note: 'P',
    run: () => void actions.pauseOrResume(),
  };
  return [
    ...(isCapturing(state.live) ? [stop, pause] : []),
    go(texts.rooms.title, 'rooms'),
    go(texts.live.title, 'live'),
    go(texts.library.title, 'library'),
    go(texts.queue.title, 'queue'),
    go(texts.settings.title, 'settings'),
    { key: 'add-room', label: texts.palette.addRoom, note: texts.rooms.title, run: () => void actions.editRoom(null) },
    {
      key: 'add-template',
      label: texts.palette.addTemplate,
      note: texts.settings.title,
      run: () => void actions.editTemplate(null),
    },
    {
      key: 'hosted',
      label: texts.palette.hostedStorage,
      note: texts.settings.title,
      run: () => void actions.editHosted(),
    },
    { key: 'webhook', label: texts.palette.webhook, note: texts.settings.title, run: () => void actions.editWebhook() },
    {
      key: 'export',
      label: texts.palette.exportSettings,
      note: texts.settings.title,
      run: () => void actions.exportSettings(),
    },
    {
      key: 'import',
      label: texts.common.importSettings,
      note: texts.settings.title,
      run: () => void actions.importSettings(),
    },
    {
      key: 'choose',
      label: texts.palette.changeLibrary,
      note: texts.settings.title,
      run: () => void actions.chooseLibrary(),
    },
    {
      key: 'folder',
      label: texts.palette.openLibrary,
      note: texts.library.title,
      run: () => void actions.openLibrary(),
    },
    {
      key: 'dark',
      label: texts.palette.dark,
      note: texts.palette.appearance,
      run: () => actions.setTheme('dark'),
    },
    {
      key: 'light',
      label: texts.palette.light,
      note: texts.palette.appearance,
      run: () => actions.setTheme('light'),
    },
    { key: 'keys', label: texts.palette.shortcuts, note: '?', run: () => actions.openDialog('shortcuts') },
  ];
}

function roomItems(state: UiState, actions: Actions): PaletteItem[] {
  if (state.snapshot.state !== 'ready' || isCapturing(state.live)) return [];
  return state.snapshot.value.settings.rooms
    .filter((room) => room.effective.records)
    .map((room) => ({
      key: `room ${room.id}`,
      label: texts.rooms.recordRoom(room.name),
      note: room.effective.delivery,
      run: () => void actions.record({ roomId: room.id }),
    }));
}
