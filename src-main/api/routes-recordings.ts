import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { hexIdSchema } from '../contract/api.ts';
import {
  recordingOutSchema,
  recordingPageSchema,
  recordingQuerySchema,
  startRecordingSchema,
  type RecordingOut,
} from '../contract/api-recordings.ts';
import { RollcallError } from '../contract/errors.ts';
import type { LiveRecording } from '../contract/live.ts';
import { CONFLICT, ERRORS, NOT_FOUND } from './openapi.ts';
import { pageOfItems } from './pages.ts';
import { recordingOfLive, recordingOfSession } from './recording-views.ts';
import type { ApiInstance } from './server.ts';
import type { ApiService } from './service.ts';

const tags = ['recordings'];
const roomParams = z.object({ room_id: hexIdSchema });
const control = { scope: 'control' } as const;

const ACTIONS = {
  stop: 'Leave the call; the files are made and delivered all the same',
  pause: 'Keep nothing of what is sent until it is resumed',
  resume: 'Go on after a pause',
} as const;
type Action = keyof typeof ACTIONS;

export function addRecordingRoutes(api: ApiInstance, service: ApiService): void {
  const all = async (): Promise<RecordingOut[]> => {
    const sessions = await service.sessions();
    const live = service.live();
    const known = new Set(live.map(({ recordingId }) => recordingId));
    const ofLive = live.map((recording) =>
      recordingOfLive(recording, sessions.find(({ sessionId }) => sessionId === recording.recordingId) ?? null),
    );
    const before = sessions.filter(({ sessionId }) => !known.has(sessionId)).map(recordingOfSession);
    return [...ofLive.reverse(), ...before];
  };
  const one = async (id: string): Promise<RecordingOut> => {
    const recording = (await all()).find((candidate) => candidate.id === id);
    if (recording) return recording;
    throw new RollcallError('NOT_FOUND', `There is no recording "${id}".`, 'GET /v2/recordings lists them.');
  };
  const act = async (action: Action, roomId: string): Promise<RecordingOut> => {
    const recording = inCall(service, roomId);
    await service[action](recording.recordingId);
    return one(recording.recordingId);
  };

  api.route({
    method: 'GET',
    url: '/v2/recordings',
    schema: {
      ...{ tags, operationId: 'listRecordings', summary: 'List recordings, the latest first' },
      querystring: recordingQuerySchema,
      response: { 200: recordingPageSchema, ...ERRORS },
    },
    handler: async ({ query }) => {
      const wanted = (await all()).filter(
        ({ room_id, status }) =>
          (query.room_id === undefined || room_id === query.room_id) &&
          (query.status === undefined || status === query.status),
      );
      return pageOfItems(wanted, query, ({ id }) => id);
    },
  });

  api.route({
    method: 'GET',
    url: '/v2/recordings/:recording_id',
    schema: {
      ...{ tags, operationId: 'getRecording', summary: 'Get a recording' },
      params: z.object({ recording_id: hexIdSchema }),
      response: { 200: recordingOutSchema, ...ERRORS, ...NOT_FOUND },
    },
    handler: async ({ params }) => one(params.recording_id),
  });

  api.route({
    method: 'POST',
    url: '/v2/recordings/room/:room_id/start',
    config: control,
    schema: {
      ...{ tags, operationId: 'startRecording', summary: 'Join the room and record it' },
      description:
        'Answers once the recording is accepted; `GET /v2/events` and the recording say how it goes on. Refused (409) where the room is not recorded, is being recorded, or this computer’s budget is used up.',
      params: roomParams,
      body: startRecordingSchema,
      response: { 201: recordingOutSchema, ...ERRORS, ...NOT_FOUND, ...CONFLICT },
    },
    preValidation: nothingIsEmpty,
    handler: async ({ params, body }, reply) => {
      const { room_id: roomId } = params;
      if (!service.settings().rooms.some(({ id }) => id === roomId)) {
        throw new RollcallError('NOT_FOUND', `There is no room "${roomId}".`, 'GET /v2/rooms lists them.');
      }
      return reply.code(201).send(await one(await service.start(roomId, body)));
    },
  });

  for (const action of ['stop', 'pause', 'resume'] as const) {
    api.route({
      method: 'POST',
      url: `/v2/recordings/room/:room_id/${action}`,
      config: control,
      schema: {
        ...{ tags, operationId: `${action}Recording`, summary: ACTIONS[action] },
        params: roomParams,
        body: z.strictObject({}),
        response: { 200: recordingOutSchema, ...ERRORS, ...NOT_FOUND, ...CONFLICT },
      },
      preValidation: nothingIsEmpty,
      handler: async ({ params }) => act(action, params.room_id),
    });
  }
}

/** No body is one without options. */
async function nothingIsEmpty(request: FastifyRequest): Promise<void> {
  request.body ??= {};
}

/** The recording that is in the room's call. */
function inCall(service: ApiService, roomId: string): LiveRecording {
  const found = service
    .live()
    .findLast(
      (live) =>
        live.roomId === roomId &&
        live.stopping !== true &&
        (live.phase === 'joining' || live.phase === 'waiting-for-peers' || live.phase === 'recording'),
    );
  if (found) return found;
  throw new RollcallError('NOT_FOUND', `The room "${roomId}" is not being recorded.`, 'Start a recording first.');
}
