import { z } from 'zod';
import { hexIdSchema } from '../contract/api.ts';
import type { EventStream } from './event-stream.ts';
import { metricsText } from './metrics.ts';
import { ERRORS } from './openapi.ts';
import type { ApiInstance } from './server.ts';
import type { ApiService } from './service.ts';

const tags = ['system'];
const text = (type: string, description: string) => ({ description, content: { [type]: { schema: z.string() } } });

export function addSystemRoutes(api: ApiInstance, service: ApiService, events: EventStream): void {
  api.route({
    method: 'GET',
    url: '/v2/events',
    schema: {
      ...{ tags, operationId: 'followEvents', summary: 'Follow what happens, as server-sent events' },
      description:
        'Each event’s data is the object that `--json` prints, with `recording_id` and `room_id`. Who comes back with `Last-Event-ID` has what was missed, up to a thousand events.',
      querystring: z.strictObject({ room_id: hexIdSchema.optional(), recording_id: hexIdSchema.optional() }),
      response: { 200: text('text/event-stream', 'A stream that does not end'), ...ERRORS },
    },
    handler: async (request, reply) => {
      const { room_id, recording_id } = request.query;
      const last = request.headers['last-event-id'];
      const after = typeof last === 'string' && /^\d{1,15}$/.test(last) ? Number(last) : null;
      events.attach(reply, { roomId: room_id ?? null, recordingId: recording_id ?? null, after });
      return reply;
    },
  });

  api.route({
    method: 'GET',
    url: '/metrics',
    schema: {
      ...{ tags, operationId: 'getMetrics', summary: 'State in Prometheus’ text format' },
      response: { 200: text('text/plain', 'Metrics'), ...ERRORS },
    },
    handler: async (_request, reply) => {
      const metrics = metricsText({
        version: service.version,
        live: service.live(),
        sessions: await service.sessions(),
        counters: service.counters(),
        residentBytes: process.memoryUsage.rss(),
      });
      return reply.type('text/plain; version=0.0.4; charset=utf-8').send(metrics);
    },
  });

  api.route({
    method: 'GET',
    url: '/healthz',
    schema: {
      ...{ tags, operationId: 'getHealth', summary: 'Whether it runs' },
      response: { 200: z.object({ status: z.literal('ok'), version: z.string() }), ...ERRORS },
    },
    handler: async () => ({ status: 'ok' as const, version: service.version }),
  });

  api.route({
    method: 'GET',
    url: '/v2/openapi.json',
    schema: { hide: true },
    handler: async () => api.swagger(),
  });
}
