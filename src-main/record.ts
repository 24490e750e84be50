import { mkdir } from 'node:fs/promises';
import { RollcallError } from './contract/errors.ts';
import type { Emit } from './contract/events.ts';
import { COMPOSITE_LOOK, type CompositeLook, type Session } from './contract/session.ts';
import type { Destination, EncodingSettings, ResolvedSettings, Room, Settings } from './contract/settings.ts';
import type { ThemeFile } from './contract/theme.ts';
import { SessionCapture, type OpenCapturePage } from './recording/session-capture.ts';
import { parseJoinUrl, type JoinTarget } from './settings/join-url.ts';
import { resolve } from './settings/resolve.ts';
import { findRoom, newId } from './settings/rooms.ts';

/** What somebody wants recorded, before the settings have had their say. */
export interface RecordRequest {
  joinUrl: string;
  room?: string | undefined;
  template?: string | undefined;
  libraryDir: string;
  /** null: never; absent: as the room's settings say. */
  maxDurationS?: number | null | undefined;
  stopWhenEmptyS?: number | null | undefined;
  /** Absent: as the room's settings say. */
  begin?: ResolvedSettings['control']['start'] | undefined;
  upload: boolean;
  composite: boolean;
  /** How the composite looks, where it is not as the settings say. */
  look?: Partial<CompositeLook> | undefined;
}

/** A recording that may begin. */
export interface RecordPlan {
  room: Room;
  /** The room was not in the settings: the caller may keep it. */
  roomIsNew: boolean;
  resolved: ResolvedSettings;
  /** How its composite will look; null for the default. */
  theme: ThemeFile | null;
  /** How its composite will be arranged and how large it will be, where the settings say so. */
  look: Partial<CompositeLook>;
  loudnessLufs: number | null;
  /** How its files are encoded, where the settings say so. */
  encoding: EncodingSettings | null;
  target: JoinTarget;
  /** Name that the other peers see. */
  displayName: string;
  /** `Origin` for the signalling server: that of the room's page. */
  origin: string;
}

/** Name that the other peers see where the settings have none. */
export const RECORDER_NAME = 'Rollcall (recording)';
/** Name that they see while the recording is paused. */
export const PAUSED_NAME = 'Rollcall (recording paused)';
const KEY_FRAME_INTERVAL_S = 10;

/**
 * Finds the room and what its settings say.
 * @throws RollcallError RECORDING_DISABLED where they say no; USAGE and SETTINGS_INVALID for what cannot be understood.
 */
export function planRecording(settings: Settings, request: RecordRequest, makeRoomId: () => string): RecordPlan {
  const { room, created } = findRoom(settings, request, makeRoomId);
  const resolved = resolve(settings, room);
  if (!resolved.record) {
    throw new RollcallError(
      'RECORDING_DISABLED',
      `"${room.name}" is not recorded: ${resolved.reason}`,
      'Set the room\'s recording to "enabled", or enable recording in its template.',
    );
  }
  return {
    room,
    roomIsNew: created,
    resolved,
    theme: settings.composite?.theme ?? null,
    look: lookOf(settings),
    loudnessLufs: settings.composite?.loudness_lufs ?? null,
    encoding: settings.encoding ?? null,
    target: parseJoinUrl(request.joinUrl),
    displayName: settings.recorder?.display_name ?? RECORDER_NAME,
    origin: pageOrigin(request.joinUrl),
  };
}

/** The origin of a room link; for a signalling address, the same host by http(s). */
function pageOrigin(joinUrl: string): string {
  const url = new URL(joinUrl.trim());
  return `${url.protocol.replace(/^ws/, 'http')}//${url.host}`;
}

export interface CaptureDependencies {
  appVersion: string;
  openPage(plan: RecordPlan): OpenCapturePage;
  emit: Emit;
  /** Asked when the first media is there: why nothing may be recorded, or null. */
  admit?: (() => RollcallError | null) | undefined;
}

/** Makes the capture of a planned recording; the library folder exists afterwards. */
export async function prepareCapture(
  plan: RecordPlan,
  request: RecordRequest,
  { appVersion, openPage, emit, admit }: CaptureDependencies,
): Promise<SessionCapture> {
  await mkdir(request.libraryDir, { recursive: true }).catch((error: unknown) => {
    throw new RollcallError(
      'DISK_FAILED',
      `The library folder ${request.libraryDir} cannot be made.`,
      'Choose another folder with --library, or in the settings.',
      { details: String(error), cause: error },
    );
  });
  const { control } = plan.resolved;
  const begin = beginOf(plan, request);
  return new SessionCapture(
    {
      libraryDir: request.libraryDir,
      appVersion,
      sessionId: newId(),
      room: { id: plan.room.id, name: plan.room.name, url: plan.room.url },
      settings: settingsSnapshot(plan, request),
      start: {
        type: 'start',
        signallingUrl: plan.target.signallingUrl,
        // A recorder that joins again with the same id takes its old place in the room.
        peerId: `rollcall-${newId().slice(0, 12)}`,
        displayName: plan.displayName,
        pausedDisplayName: plan.displayName === RECORDER_NAME ? PAUSED_NAME : `${plan.displayName} (paused)`,
        paused: false,
        begin,
        epochMs: null,
        streams: [],
        keyFrameIntervalS: KEY_FRAME_INTERVAL_S,
      },
      maxDurationS: request.maxDurationS === undefined ? control.maxDurationS : request.maxDurationS,
      stopWhenEmptyS: request.stopWhenEmptyS === undefined ? control.stopWhenEmptyS : request.stopWhenEmptyS,
      ...(admit ? { admit } : {}),
    },
    openPage(plan),
    emit,
  );
}

const beginOf = (plan: RecordPlan, request: RecordRequest): ResolvedSettings['control']['start'] =>
  request.begin ?? plan.resolved.control.start;

function settingsSnapshot(plan: RecordPlan, request: RecordRequest): Session['settings'] {
  return {
    template_id: plan.room.template_id ?? null,
    recording: plan.room.recording,
    upload: request.upload,
    composite: request.composite,
    ...(beginOf(plan, request) === 'join' ? { start: 'join' as const } : {}),
    ...(plan.theme ? { theme: plan.theme } : {}),
    ...(plan.loudnessLufs === null ? {} : { loudness_lufs: plan.loudnessLufs }),
    ...compositeLook({ ...plan.look, ...request.look }),
    ...(plan.encoding ? { encoding: plan.encoding } : {}),
    destination: destinationSnapshot(plan.resolved.destination),
  };
}

function lookOf({ composite }: Settings): Partial<CompositeLook> {
  const [width, height] = composite?.size?.split('x').map(Number) ?? [];
  return {
    ...(composite?.layout === undefined ? {} : { layout: composite.layout }),
    // H.264 has pictures of even width and height.
    ...(width === undefined || height === undefined
      ? {}
      : { width: width - (width % 2), height: height - (height % 2) }),
  };
}

/** Absent where nothing is asked for: such a session has the look of its time. */
function compositeLook(look: Partial<CompositeLook>): Pick<Session['settings'], 'composite_look'> {
  return Object.keys(look).length === 0 ? {} : { composite_look: { ...COMPOSITE_LOOK, ...look } };
}

function destinationSnapshot(destination: Destination): Session['settings']['destination'] {
  if (!destination.configured) return { kind: 'hosted', location: null, prefix: '' };
  return { kind: destination.kind, location: destination.store.bucket, prefix: destination.store.prefix };
}
