import { createHash } from 'node:crypto';
import type { Session } from '../../src-main/contract/session.ts';

const NAMES = ['Alice Okonkwo', 'Bob', 'Chandra', 'Dr. Maximiliane von Hohenstein', 'Erik', 'Fatima', 'Grace', 'Hiro'];
const ROOMS = ['Monday stand-up', 'Design review', 'Class 9', 'Board meeting', 'Customer interviews'];
const HOUR_MS = 3_600_000;

const hex = (text: string): string => createHash('sha256').update(text).digest('hex');
const uuid = (text: string): string => {
  const h = hex(text);
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-8${h.slice(17, 20)}-${h.slice(20, 32)}`;
};

/** A recording as the app leaves it, with people, files and receipts; the same one for the same number. */
export function sampleSession(index: number): Session {
  const startedAt = new Date(Date.UTC(2026, 10, 22) - index * 7.3 * HOUR_MS);
  const people = NAMES.slice(0, 1 + (index % NAMES.length));
  const room = ROOMS[index % ROOMS.length] ?? 'Room';
  const streams = people.map((name) => ({ id: uuid(`${index} ${name}`), peerId: uuid(`peer ${name}`) }));
  const size = 180_000_000 + (index % 97) * 7_000_000;
  const files = [
    { id: 'composite', peerId: null, file: `Rec-${index}-${startedAt.getTime()}.mp4` },
    ...streams.map(({ id, peerId }) => ({ id, peerId, file: `${peerId}/${id}/${id}.mp4` })),
  ];
  return {
    schema_version: 1,
    app_version: '0.1.0',
    session_id: hex(`session ${index}`).slice(0, 24),
    state: 'done',
    room: { id: hex(room).slice(0, 24), name: room, url: 'https://sfu.example.net/?roomId=x' },
    start_date: startedAt.toISOString().slice(0, 10).replaceAll('-', ''),
    started_at: startedAt.toISOString(),
    stopped_at: new Date(startedAt.getTime() + HOUR_MS).toISOString(),
    epoch_ms: startedAt.getTime(),
    duration_ms: HOUR_MS,
    settings: {
      ...{ template_id: null, recording: 'auto', upload: true, composite: true },
      destination: { kind: 's3', location: 'bucket', prefix: '' },
    },
    peers: people.map((name, at) => ({
      ...{ peer_id: streams[at]?.peerId ?? '', display_name: name, device: null, segment: streams[at]?.peerId ?? '' },
      ...{ joined_ms: 0, left_ms: HOUR_MS },
    })),
    streams: streams.map(({ id, peerId }) => ({
      ...{ stream_id: id, peer_id: peerId, type: 'regular' as const, start_ms: 0, end_ms: HOUR_MS, track_ids: [] },
    })),
    tracks: [],
    outputs: files.map(({ id, peerId, file }) => ({
      ...{ output_id: id, kind: peerId === null ? ('composite' as const) : ('stream' as const) },
      ...{ stream_id: peerId === null ? null : id, peer_id: peerId, file, state: 'done' as const, start_ms: 0 },
      ...{ duration_ms: HOUR_MS, size_bytes: size, sha256: hex(file), width: 1280, height: 720, error: null },
    })),
    uploads: files.map(({ id, file }) => ({
      ...{ output_id: id, state: 'delivered' as const, attempts: 1, multipart: null, error: null },
      receipt: {
        ...{ path: `s3://bucket/${file}`, endpoint: null, key: file, size_bytes: size, etag: '"x"', version_id: null },
        ...{ sha256: hex(file), verified_at: startedAt.toISOString() },
      },
    })),
    webhooks: [],
    error: null,
  };
}
