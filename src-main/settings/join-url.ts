import { RollcallError } from '../contract/errors.ts';

/** Port on which a mediasoup-demo server listens for signalling unless the link's `protooPort` says otherwise. */
const DEFAULT_SIGNALLING_PORT = 4443;

/** A link to a call, read. */
export interface JoinTarget {
  /** `ws[s]://host:port/?roomId=R`, without a peer id: the same text for every spelling of the same call. */
  signallingUrl: string;
  /** The server's own room id, not Rollcall's. */
  roomId: string;
  /** Host name, for people. */
  host: string;
}

const EXAMPLES =
  'Give the link that the room shows (https://host/?roomId=NAME) or its signalling address (wss://host:4443/?roomId=NAME).';

const refuse = (message: string): RollcallError => new RollcallError('USAGE', message, EXAMPLES);

/**
 * Reads a mediasoup-demo room link (`https://host[:port]/?roomId=R[&protooPort=P]`) or a signalling address
 * (`ws[s]://host[:port]/?roomId=R`). Of a room link only the room is kept: its other parameters tell the demo's page
 * what to publish. Throws `USAGE` for anything else.
 */
export function parseJoinUrl(text: string): JoinTarget {
  const trimmed = text.trim();
  if (trimmed === '') throw refuse('The join link is empty.');
  if (!URL.canParse(trimmed)) throw refuse(`"${shown(trimmed)}" is not a link.`);
  const url = new URL(trimmed);
  const link = `"${shown(trimmed)}"`;
  if (url.username !== '' || url.password !== '')
    throw refuse('The join link holds a user name or password, which the signalling protocol does not have.');
  const roomId = url.searchParams.get('roomId')?.trim() ?? '';
  switch (url.protocol) {
    case 'https:':
      if (roomId === '') throw refuse(`${link} names no room: its roomId parameter is missing.`);
      return target(`wss://${url.hostname}:${signallingPort(url, link)}/?${query([['roomId', roomId]])}`, roomId);
    case 'ws:':
    case 'wss:':
      if (roomId === '') throw refuse(`${link} names no room: its roomId parameter is missing.`);
      return target(`${url.protocol}//${url.host}${url.pathname}?${query(signallingParams(url, roomId))}`, roomId);
    case 'http:':
      throw refuse(`${link} is an unencrypted page, on which browsers allow no calls.`);
    default:
      throw refuse(`${link} starts with "${url.protocol}", which is no way to a call.`);
  }
}

/** Whether two links lead to the same call, however they are written. False where either is no such link. */
export function sameCall(one: string, other: string): boolean {
  try {
    return parseJoinUrl(one).signallingUrl === parseJoinUrl(other).signallingUrl;
  } catch (error) {
    if (error instanceof RollcallError) return false;
    throw error;
  }
}

function target(signallingUrl: string, roomId: string): JoinTarget {
  // Through URL once more: drops the scheme's default port and brackets IPv6 one way.
  const url = new URL(signallingUrl);
  return { signallingUrl: url.href, roomId, host: url.hostname };
}

function signallingPort(url: URL, link: string): number {
  const text = url.searchParams.get('protooPort');
  if (text === null || text === '') return DEFAULT_SIGNALLING_PORT;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65535) {
    throw refuse(`The protooPort "${shown(text)}" of ${link} is not a port number from 1 to 65535.`);
  }
  return port;
}

/** A signalling address keeps its parameters, sorted, but for the peer id, which is the recorder's own. */
function signallingParams(url: URL, roomId: string): [string, string][] {
  const others = [...url.searchParams].filter(([name]) => name !== 'roomId' && name !== 'peerId');
  return [['roomId', roomId], ...others.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))];
}

const query = (params: [string, string][]): string => new URLSearchParams(params).toString();

const shown = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text);
