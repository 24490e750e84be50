import { z } from 'zod';
import { hexIdSchema } from '../contract/api.ts';
import {
  assetIdSchema,
  assetOutSchema,
  assetPageSchema,
  assetQuerySchema,
  presignedUrlSchema,
  presignQuerySchema,
  sessionOutSchema,
  sessionPageSchema,
  sessionQuerySchema,
  type AssetOut,
} from '../contract/api-recordings.ts';
import { RollcallError } from '../contract/errors.ts';
import type { SessionSummary } from '../contract/ipc.ts';
import type { LiveRecording } from '../contract/live.ts';
import { CONFLICT, ERRORS, NOT_FOUND } from './openapi.ts';
import { pageOfItems } from './pages.ts';
import { assetsOf, liveStatus, ofAssetId, sessionOut } from './recording-views.ts';
import type { ApiInstance } from './server.ts';
import type { ApiService } from './service.ts';

const assets = ['recording-assets'];
const tags = ['sessions'];
const assetParams = z.object({ asset_id: assetIdSchema });

const noAsset = (id: string): RollcallError =>
  new RollcallError('NOT_FOUND', `There is no recording asset "${id}".`, 'GET /v2/recording-assets lists them.');

export function addAssetRoutes(api: ApiInstance, service: ApiService): void {
  /** By the summary that the index has of a session, which is another one after each change. */
  const known = new WeakMap<SessionSummary, AssetOut[]>();
  const assetsOfSession = async (summary: SessionSummary): Promise<AssetOut[]> => {
    const found = known.get(summary) ?? assetsOf(await service.session(summary.sessionId));
    known.set(summary, found);
    return found;
  };
  const oneAsset = async (id: string): Promise<AssetOut> => {
    const { sessionId } = ofAssetId(id);
    if (!(await service.sessions()).some((summary) => summary.sessionId === sessionId)) throw noAsset(id);
    const asset = assetsOf(await service.session(sessionId)).find((candidate) => candidate.id === id);
    if (asset === undefined) throw noAsset(id);
    return asset;
  };
  const liveOf = (sessionId: string): LiveRecording | null =>
    service.live().find((live) => live.sessionId === sessionId) ?? null;
  const wantedSessions = async (roomId: string | undefined, sessionId?: string): Promise<SessionSummary[]> =>
    (await service.sessions()).filter(
      (summary) =>
        (roomId === undefined || summary.roomId === roomId) &&
        (sessionId === undefined || summary.sessionId === sessionId),
    );

  api.route({
    method: 'GET',
    url: '/v2/recording-assets',
    schema: {
      ...{ tags: assets, operationId: 'listRecordingAssets', summary: 'List files, those of the latest session first' },
      querystring: assetQuerySchema,
      response: { 200: assetPageSchema, ...ERRORS },
    },
    handler: async ({ query }) => {
      const found: AssetOut[] = [];
      for (const summary of await wantedSessions(query.room_id, query.session_id)) {
        for (const asset of await assetsOfSession(summary)) {
          const wanted =
            (query.type === undefined || asset.type === query.type) &&
            (query.status === undefined || asset.status === query.status);
          if (wanted) found.push(asset);
        }
      }
      return pageOfItems(found, query, ({ id }) => id);
    },
  });

  api.route({
    method: 'GET',
    url: '/v2/recording-assets/:asset_id',
    schema: {
      ...{ tags: assets, operationId: 'getRecordingAsset', summary: 'Get a file’s state and place' },
      params: assetParams,
      response: { 200: assetOutSchema, ...ERRORS, ...NOT_FOUND },
    },
    handler: async ({ params }) => oneAsset(params.asset_id),
  });

  api.route({
    method: 'GET',
    url: '/v2/recording-assets/:asset_id/presigned-url',
    schema: {
      ...{ tags: assets, operationId: 'getPresignedUrl', summary: 'Sign a link that downloads a delivered file' },
      params: assetParams,
      querystring: presignQuerySchema,
      response: { 200: presignedUrlSchema, ...ERRORS, ...NOT_FOUND, ...CONFLICT },
    },
    handler: async ({ params: { asset_id: id }, query }) => {
      const { path } = await oneAsset(id);
      if (path === null) {
        throw new RollcallError('NOT_DELIVERED', `The asset "${id}" is not in a store.`, 'Its status says why.');
      }
      const { sessionId, outputId } = ofAssetId(id);
      const { url, expiresAt } = await service.link(sessionId, outputId, query.presign_duration);
      return { id, path, url, expires_at: expiresAt };
    },
  });

  api.route({
    method: 'GET',
    url: '/v2/sessions',
    schema: {
      ...{ tags, operationId: 'listSessions', summary: 'List sessions, the latest first' },
      querystring: sessionQuerySchema,
      response: { 200: sessionPageSchema, ...ERRORS },
    },
    handler: async ({ query }) => {
      const isActive = ({ sessionId, state }: SessionSummary): boolean => {
        const live = liveOf(sessionId);
        return live === null ? state === 'recording' : ['running', 'paused', 'stopping'].includes(liveStatus(live));
      };
      const wanted = (await wantedSessions(query.room_id)).filter(
        (summary) => query.active === undefined || String(isActive(summary)) === query.active,
      );
      const page = pageOfItems(wanted, query, ({ sessionId }) => sessionId);
      const data = await Promise.all(
        page.data.map(async ({ sessionId }) => sessionOut(await service.session(sessionId), liveOf(sessionId))),
      );
      return { ...page, data };
    },
  });

  api.route({
    method: 'GET',
    url: '/v2/sessions/:session_id',
    schema: {
      ...{ tags, operationId: 'getSession', summary: 'Get a session with its people' },
      params: z.object({ session_id: hexIdSchema }),
      response: { 200: sessionOutSchema, ...ERRORS, ...NOT_FOUND },
    },
    handler: async ({ params: { session_id: id } }) => sessionOut(await service.session(id), liveOf(id)),
  });
}
