import { z } from 'zod';
import { hexIdSchema, pageQuerySchema } from '../contract/api.ts';
import {
  roomCreateSchema,
  roomOutSchema,
  roomPageSchema,
  roomUpdateSchema,
  type RoomOut,
} from '../contract/api-settings.ts';
import { RollcallError } from '../contract/errors.ts';
import type { Room, Settings } from '../contract/settings.ts';
import { CONFLICT, ERRORS, NOT_FOUND } from './openapi.ts';
import { pageOfItems } from './pages.ts';
import type { ApiInstance } from './server.ts';
import type { ApiService } from './service.ts';
import { roomOut } from './settings-views.ts';

const tags = ['rooms'];
const params = z.object({ room_id: hexIdSchema });
const admin = { scope: 'admin' } as const;

export function addRoomRoutes(api: ApiInstance, service: ApiService): void {
  const shown = (settings: Settings, room: Room, whole: boolean): RoomOut =>
    roomOut(room, service.resolve(settings, room), whole);
  const one = (id: string, whole: boolean): RoomOut => {
    const settings = service.settings();
    const room = settings.rooms.find((candidate) => candidate.id === id);
    if (room === undefined) {
      throw new RollcallError('NOT_FOUND', `There is no room "${id}".`, 'GET /v2/rooms lists them.');
    }
    return shown(settings, room, whole);
  };

  api.route({
    method: 'GET',
    url: '/v2/rooms',
    schema: {
      ...{ tags, operationId: 'listRooms', summary: 'List rooms' },
      querystring: pageQuerySchema,
      response: { 200: roomPageSchema, ...ERRORS },
    },
    handler: async ({ query, token }) => {
      const settings = service.settings();
      const page = pageOfItems(settings.rooms, query, ({ id }) => id);
      return { ...page, data: page.data.map((room) => shown(settings, room, token?.scope === 'admin')) };
    },
  });

  api.route({
    method: 'GET',
    url: '/v2/rooms/:room_id',
    schema: {
      ...{ tags, operationId: 'getRoom', summary: 'Get a room, and what its settings come to' },
      params,
      response: { 200: roomOutSchema, ...ERRORS, ...NOT_FOUND },
    },
    handler: async ({ params: { room_id: id }, token }) => one(id, token?.scope === 'admin'),
  });

  api.route({
    method: 'POST',
    url: '/v2/rooms',
    config: admin,
    schema: {
      ...{ tags, operationId: 'createRoom', summary: 'Make a room' },
      body: roomCreateSchema,
      response: { 201: roomOutSchema, ...ERRORS, ...CONFLICT },
    },
    handler: async ({ body }, reply) => reply.code(201).send(one(await service.saveRoom(null, body), true)),
  });

  api.route({
    method: 'POST',
    url: '/v2/rooms/:room_id',
    config: admin,
    schema: {
      ...{ tags, operationId: 'updateRoom', summary: 'Change a room, enable or disable it' },
      params,
      body: roomUpdateSchema,
      response: { 200: roomOutSchema, ...ERRORS, ...NOT_FOUND, ...CONFLICT },
    },
    handler: async ({ params: { room_id: id }, body }) => {
      one(id, true);
      return one(await service.saveRoom(id, body), true);
    },
  });

  api.route({
    method: 'DELETE',
    url: '/v2/rooms/:room_id',
    config: admin,
    schema: {
      ...{ tags, operationId: 'deleteRoom', summary: 'Remove a room from the settings; its recordings stay' },
      params,
      response: { 204: z.null().describe('Removed'), ...ERRORS, ...NOT_FOUND, ...CONFLICT },
    },
    handler: async ({ params: { room_id: id } }, reply) => {
      one(id, true);
      await service.removeRoom(id);
      return reply.code(204).send(null);
    },
  });
}
