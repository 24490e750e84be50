import type { Session } from '../contract/session.ts';
import type { ResolvedSettings, Settings } from '../contract/settings.ts';
import { resolve } from './resolve.ts';

/**
 * What the settings say now about a recorded session's room: a pending upload uses the settings as they are when it
 * runs. A room that is not in them (recorded from a link alone) counts as it did then: of its template, else the first.
 */
export function settingsOfSession(settings: Settings, session: Readonly<Session>): ResolvedSettings {
  const room = settings.rooms.find(({ id }) => id === session.room.id);
  if (room) return resolve(settings, room);
  const known = settings.templates.find(({ id }) => id === session.settings.template_id) ?? settings.templates[0];
  return resolve(settings, {
    ...session.room,
    template_id: known?.id ?? null,
    recording: session.settings.recording,
    upload_info: null,
    webhook: null,
  });
}
