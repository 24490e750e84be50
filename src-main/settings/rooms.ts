import { randomBytes } from 'node:crypto';
import { RollcallError } from '../contract/errors.ts';
import type { Room, Settings, Template } from '../contract/settings.ts';
import { parseJoinUrl, sameCall } from './join-url.ts';

/** What the command line or the window asks for. */
export interface RoomRequest {
  /** A room link or signalling address. */
  joinUrl: string;
  /** `--room`: name or id of a room in the settings. */
  room?: string;
  /** `--template`: name or id, for a room that is not in the settings. */
  template?: string;
}

/** A room to record, and whether it is new, so that the caller keeps it. */
export interface FoundRoom {
  room: Room;
  created: boolean;
}

/** 24 hexadecimal digits, as room and session ids have. */
export const newId = (): string => randomBytes(12).toString('hex');

/**
 * The room that a call belongs to: the one named, else the one whose URL leads to the same call, else a new one with
 * recording `auto`, of the template named, else of the first.
 * @param makeId makes the new room's id.
 * @throws RollcallError `USAGE` for a link that is none; `SETTINGS_INVALID` for names that are unknown or not unique.
 */
export function findRoom(settings: Settings, request: RoomRequest, makeId: () => string = newId): FoundRoom {
  const target = parseJoinUrl(request.joinUrl);
  const template =
    request.template === undefined ? settings.templates[0] : pick('template', settings.templates, request.template);
  if (request.room !== undefined) return { room: pick('room', settings.rooms, request.room), created: false };
  const matches = settings.rooms.filter((room) => sameCall(room.url, request.joinUrl));
  const [match] = matches;
  if (matches.length > 1) {
    throw new RollcallError(
      'SETTINGS_INVALID',
      `${matches.length} rooms have this link: ${choices(matches)}.`,
      'Say which one is meant: --room with its id.',
    );
  }
  if (match !== undefined) return { room: match, created: false };
  return { room: newRoom(target.roomId, target.signallingUrl, template, makeId()), created: true };
}

function newRoom(name: string, url: string, template: Template | undefined, id: string): Room {
  return { id, name, template_id: template?.id ?? null, url, recording: 'auto', upload_info: null, webhook: null };
}

/** By id, else by exact name, else by name in any case. */
function pick<T extends { id: string; name: string }>(
  kind: 'room' | 'template',
  list: readonly T[],
  wanted: string,
): T {
  const byId = list.find((item) => item.id === wanted);
  if (byId !== undefined) return byId;
  const exact = list.filter((item) => item.name === wanted);
  const found = exact.length > 0 ? exact : list.filter((item) => fold(item.name) === fold(wanted));
  const [first, second] = found;
  if (first === undefined) {
    const there = list.length === 0 ? `the settings have no ${kind}s` : `there are ${choices(list)}`;
    throw new RollcallError(
      'SETTINGS_INVALID',
      `No ${kind} is called "${wanted}": ${there}.`,
      list.length === 0
        ? `Leave --${kind} out, or give --settings with a file that has it.`
        : `Give --${kind} one of these names or ids.`,
    );
  }
  if (second !== undefined) {
    throw new RollcallError(
      'SETTINGS_INVALID',
      `"${wanted}" is the name of several ${kind}s: ${choices(found)}.`,
      `Give --${kind} the id.`,
    );
  }
  return first;
}

const fold = (name: string): string => name.trim().normalize('NFC').toLowerCase();

const choices = (list: readonly { id: string; name: string }[]): string =>
  list.map(({ id, name }) => `"${name}" (${id})`).join(', ');
