import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { relative } from 'node:path';
import type { Readable } from 'node:stream';
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { Webhook } from 'standardwebhooks';
import type { DoneEvent, RollcallEvent } from '../../src-main/contract/events.ts';
import { beepTimes, decodeErrors } from '../../test/support/media-checks.ts';
import type { ReceivedRequest, WebhookReceiver } from '../../test/support/webhook-receiver.ts';
import { PARTS } from './call.ts';
import { BUCKET, WEBHOOK_HEADER } from './settings.ts';

/** One file of the recording, what it should be, and what was found wrong with it. */
export interface CheckedFile {
  what: string;
  file: string;
  key: string;
  sizeBytes: number;
  durationS: number;
  /** `identical` where the object, downloaded again, has the local file's bytes. */
  object: string;
  problems: string[];
}

/** Where a peer should be heard: all but this share of the beeps it sent. Join and leave cost up to a second each. */
const BEEPS_HEARD = 0.7;

async function digest(stream: Readable): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function compareObject(s3: S3Client, key: string, file: string): Promise<string> {
  const { Body, ContentLength } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
  const { size } = await stat(file);
  if (ContentLength !== size) return `the object has ${String(ContentLength)} bytes, the file ${size}`;
  const [local, remote] = await Promise.all([digest(createReadStream(file)), digest(Body as Readable)]);
  return local === remote ? 'identical' : 'the bytes differ';
}

/** Who must be heard in a file: in the composite everybody, in a stream its peer. */
async function listen(file: string, peerId: string | null): Promise<string[]> {
  const problems: string[] = [];
  for (const part of PARTS) {
    if (part.share || (peerId !== null && part.peerId !== peerId)) continue;
    const expected = part.leaveS - part.joinS;
    const heard = (await beepTimes(file, part.toneHz)).length;
    if (heard < expected * BEEPS_HEARD) problems.push(`${heard} of ${part.name}'s ${expected} beeps are heard`);
  }
  return problems;
}

/** Checks every file that the command said it made: whole, with the right voices, and in the bucket byte for byte. */
export async function checkFiles(s3: S3Client, done: DoneEvent, events: RollcallEvent[]): Promise<CheckedFile[]> {
  const outputs = events.filter((event) => event.event === 'output');
  const wanted = [
    ...(done.composite === null ? [] : [{ what: 'composite', file: done.composite, peerId: null, silent: false }]),
    ...done.streams.map((stream) => ({
      what: `${stream.peer_id}, ${stream.type}`,
      file: stream.file,
      peerId: stream.peer_id,
      silent: stream.type === 'screen',
    })),
  ];
  const checked: CheckedFile[] = [];
  for (const { what, file, peerId, silent } of wanted) {
    // Keys mirror the folders: the key ends as the file's path does.
    const tail = done.session_dir === null ? '' : relative(done.session_dir, file).replaceAll('\\', '/');
    const upload = done.uploads.find(({ key }) => tail !== '' && key.endsWith(`/${tail}`));
    const sizeBytes = (await stat(file)).size;
    const problems: string[] = [];
    const broken = await decodeErrors(file);
    if (broken !== '') problems.push(`it does not decode cleanly: ${broken}`);
    if (!silent) problems.push(...(await listen(file, peerId)));
    let object = 'not uploaded';
    if (upload?.state === 'delivered') object = await compareObject(s3, upload.key, file);
    else problems.push(`its upload is ${upload?.state ?? 'missing'}`);
    if (object !== 'identical') problems.push(object);
    const durationS = outputs.find((output) => output.file === file)?.duration ?? 0;
    checked.push({ what, file, key: upload?.key ?? '', sizeBytes, durationS, object, problems });
  }
  return checked;
}

/** Whether the recording has as many files as the call had streams, and the bucket nothing else. */
export async function checkCompleteness(s3: S3Client, done: DoneEvent): Promise<string[]> {
  const problems: string[] = [];
  if (done.composite === null) problems.push('there is no composite');
  if (done.streams.length !== PARTS.length) {
    problems.push(`there are ${done.streams.length} stream files for ${PARTS.length} streams`);
  }
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET }));
  const strays = Contents.map(({ Key = '' }) => Key).filter(
    (key) => !done.uploads.some((upload) => upload.key === key),
  );
  if (strays.length > 0) problems.push(`the bucket also holds ${strays.join(', ')}`);
  return problems;
}

/** One delivered event, read and checked. */
export interface CheckedEvent {
  type: string;
  path: string;
  link: string;
  problems: string[];
}

interface EventBody {
  version?: string;
  type?: string;
  data?: { recording_path?: string; recording_presigned_url?: string | null; size?: number };
}

async function checkEvent(request: ReceivedRequest, signingSecret: string): Promise<CheckedEvent> {
  const body = (request.json ?? {}) as EventBody;
  const problems: string[] = [];
  if (body.version !== '2.0') problems.push(`its version is ${String(body.version)}`);
  if (request.headers[WEBHOOK_HEADER.name] !== WEBHOOK_HEADER.value) problems.push('the configured header is missing');
  try {
    new Webhook(signingSecret).verify(request.body, request.headers as Record<string, string>);
  } catch (error) {
    problems.push(`its signature is wrong: ${String(error)}`);
  }
  let link = 'no link';
  const url = body.data?.recording_presigned_url;
  if (url) {
    const response = await fetch(url);
    const size = (await response.arrayBuffer()).byteLength;
    link = response.ok && size === body.data?.size ? `opens, ${size} bytes` : `HTTP ${response.status}, ${size} bytes`;
    if (!response.ok || size !== body.data?.size) problems.push(`its link: ${link}`);
  }
  return { type: body.type ?? 'unknown', path: body.data?.recording_path ?? '', link, problems };
}

/** Waits for one event per uploaded file and checks envelope, signature, header and pre-signed link. */
export async function checkEvents(
  receiver: WebhookReceiver,
  count: number,
  signingSecret: string,
): Promise<CheckedEvent[]> {
  const requests = await receiver.waitFor(count, undefined, 10_000).catch(() => receiver.requests);
  return Promise.all(requests.map((request) => checkEvent(request, signingSecret)));
}
