import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Session, SessionTrack } from '../../src-main/contract/session.ts';
import { clockPieces } from '../../src-main/media/clock-map.ts';
import { beepTimes, flashTimes } from '../../test/support/media-checks.ts';
import { COLOURS, TONES } from '../../test/support/publisher.ts';
import {
  startRtpSender,
  type RtpPublisher,
  type RtpPublisherOptions,
} from '../../test/support/publisher/rtp-publisher.ts';
import { startRecorder } from '../../test/support/recorder.ts';
import { startSfu, type Sfu } from '../../test/support/sfu.ts';
import { writeResult } from './results.ts';

const ROOM = 'drift';
const CLIP_S = 20;
/** Tracks against each other at the beginning and at the end: so much of the call each. */
const EDGE_S = 60;

interface Person extends Partial<RtpPublisherOptions> {
  peerId: string;
  /** Mutes by signalling: [from, to] as parts of the call. */
  mutes?: [from: number, to: number, kind: 'audio' | 'video'][];
}

/** Clocks of the kind that sound cards and cameras have, wraps in mid-call, silence that is not sent, mutes. */
const people = (minutes: number): Person[] => {
  const half = minutes * 30;
  return [
    { peerId: 'plain' },
    {
      peerId: 'drifting',
      clockPpm: { audio: 100, video: -100 },
      // Both wrap at half of the call.
      firstTimestamp: { audio: 2 ** 32 - half * 48_000, video: 2 ** 32 - half * 90_000 },
    },
    {
      peerId: 'quiet',
      clockPpm: { audio: -60, video: 0 },
      dtx: true,
      mutes: [
        [0.3, 0.34, 'audio'],
        [0.5, 0.53, 'video'],
        [0.7, 0.78, 'audio'],
      ],
    },
  ];
};

/** One event of the world: when it was sent, and where it is in the recording; seconds. */
interface Place {
  sentS: number;
  foundS: number;
}

interface Measured {
  peer: string;
  /** `captured tracks` or `MP4`. */
  where: string;
  events: { audio: number; video: number };
  /** Beep against flash, what their own clocks make of it taken off: mean of the first and of the last minute. */
  startMs: number;
  endMs: number;
  driftMs: number;
  /** Sound and picture against the sender's time line: last minute's mean less the first's. */
  audioDriftMs: number;
  videoDriftMs: number;
}

/** How far sound and picture drift apart over a long call: `--minutes 20 [--files]`. */
export async function benchDrift(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { minutes: { type: 'string', default: '20' }, files: { type: 'boolean', default: false } },
  });
  const minutes = Number(values.minutes);
  if (!values.files) process.env.ROLLCALL_FILES_AFTER_CALL = '1';
  const library = mkdtempSync(join(tmpdir(), 'rollcall-drift-'));
  const sfu = await startSfu({ dialect: 'classic' });
  const sender = await startRtpSender();
  const words = ['--stop-when-empty', '1', '--no-upload', '--no-composite'];
  const recorder = await startRecorder(sfu.url(ROOM), words, library);
  await sfu.waitForPeers(ROOM, 1);
  const list = people(minutes);
  const publishers = await sender.publish(sfu, ROOM, list.map(options));
  console.error(`${list.length} peers for ${minutes} minutes ...`);
  await Promise.all(list.map((person, i) => mute(sfu, publishers[i], person, minutes)));
  await Promise.all(publishers.map((publisher) => publisher.stop()));
  const { done } = await recorder.done();
  sender.close();
  await sfu.close();
  const dir = done.session_dir ?? '';
  const session = JSON.parse(readFileSync(join(dir, 'session.json'), 'utf8')) as Session;
  const measured: Measured[] = [];
  for (const [i, person] of list.entries()) {
    const startS = ((publishers[i]?.startedAt ?? NaN) - session.epoch_ms) / 1000;
    const file = done.streams.find(({ peer_id }) => peer_id === person.peerId)?.file ?? '';
    const streamStartS = (session.streams.find(({ peer_id }) => peer_id === person.peerId)?.start_ms ?? 0) / 1000;
    const tone = TONES[i] ?? 0;
    const own = session.tracks.filter(({ peer_id }) => peer_id === person.peerId);
    const inTracks = async (kind: 'audio' | 'video'): Promise<number[]> => {
      const times = await Promise.all(
        own
          .filter((track) => track.kind === kind)
          .map(async (track) => {
            const path = join(dir, track.file);
            const found = kind === 'audio' ? await beepTimes(path, tone) : await flashTimes(path);
            return found.map((time) => inSession(track, time * 1000) / 1000 - startS);
          }),
      );
      return times.flat();
    };
    const inMp4 = (times: number[]): number[] => times.map((time) => time + streamStartS - startS);
    measured.push(judge(person, 'captured tracks', await inTracks('audio'), await inTracks('video')));
    measured.push(judge(person, 'MP4', inMp4(await beepTimes(file, tone)), inMp4(await flashTimes(file))));
  }
  rmSync(library, { recursive: true, force: true });
  console.table(
    measured.map(({ events, ...row }) => ({
      ...row,
      beeps: events.audio,
      flashes: events.video,
      startMs: row.startMs.toFixed(1),
      endMs: row.endMs.toFixed(1),
      driftMs: row.driftMs.toFixed(1),
      audioDriftMs: row.audioDriftMs.toFixed(1),
      videoDriftMs: row.videoDriftMs.toFixed(1),
    })),
  );
  const worstIn = (place: string): number =>
    Math.max(...measured.map(({ where, driftMs }) => (where === place ? Math.abs(driftMs) : 0)));
  const [worst, worstInMp4] = [worstIn('captured tracks'), worstIn('MP4')];
  console.log(
    `Worst drift of sound against picture in ${minutes} minutes: ${worst.toFixed(1)} ms in the captured tracks; ` +
      `${worstInMp4.toFixed(1)} ms in the MP4s, whose pictures lie on a grid of 33 ms`,
  );
  writeResult('drift', { minutes, files: values.files, worstMs: worst, worstMp4Ms: worstInMp4, measured });
}

const options = (person: Person, i: number): RtpPublisherOptions => ({
  name: person.peerId,
  colour: COLOURS[i] ?? '',
  toneHz: TONES[i] ?? 0,
  codec: 'vp8',
  width: 320,
  height: 180,
  fps: 30,
  bitrate: 150_000,
  durationS: CLIP_S,
  ...person,
});

/** Follows a person's plan of mutes to the end of the call. */
async function mute(sfu: Sfu, publisher: RtpPublisher | undefined, person: Person, minutes: number): Promise<void> {
  const beganAt = performance.now();
  const until = (part: number): Promise<void> =>
    sleep(Math.max(0, part * minutes * 60_000 - (performance.now() - beganAt)));
  for (const [from, to, kind] of person.mutes ?? []) {
    const producerId = publisher?.producerIds[kind];
    if (!publisher || !producerId) continue;
    await until(from);
    await sfu.pauseProducer(producerId);
    publisher.send(kind, false);
    await until(to);
    publisher.send(kind, true);
    await sfu.resumeProducer(producerId);
  }
  await until(1);
}

function inSession(track: SessionTrack, fileMs: number): number {
  const piece = clockPieces(track.clock).findLast(({ fromFileMs }) => fromFileMs <= fileMs);
  return piece ? piece.offsetMs + piece.rate * fileMs : fileMs;
}

function judge(person: Person, where: string, beeps: number[], flashes: number[]): Measured {
  const audio = placed(beeps, person.clockPpm?.audio ?? 0);
  const video = placed(flashes, person.clockPpm?.video ?? 0);
  const edge = (places: readonly Place[], last: boolean): number => {
    const endS = Math.max(...places.map(({ sentS }) => sentS));
    const own = places.filter(({ sentS }) => (last ? sentS > endS - EDGE_S : sentS < EDGE_S));
    return (own.reduce((sum, { sentS, foundS }) => sum + foundS - sentS, 0) / own.length) * 1000;
  };
  const [audioStart, audioEnd, videoStart, videoEnd] = [
    edge(audio, false),
    edge(audio, true),
    edge(video, false),
    edge(video, true),
  ];
  return {
    peer: person.peerId,
    where,
    events: { audio: audio.length, video: video.length },
    startMs: audioStart - videoStart,
    endMs: audioEnd - videoEnd,
    driftMs: audioEnd - videoEnd - (audioStart - videoStart),
    audioDriftMs: audioEnd - audioStart,
    videoDriftMs: videoEnd - videoStart,
  };
}

/** Which second of the sender's own clock each event is, and when that was. */
function placed(times: readonly number[], ppm: number): Place[] {
  return times.map((foundS) => {
    const own = Math.round(foundS * (1 + ppm * 1e-6));
    return { foundS, sentS: own / (1 + ppm * 1e-6) };
  });
}
