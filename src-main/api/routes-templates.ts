import { z } from 'zod';
import { pageQuerySchema } from '../contract/api.ts';
import {
  templateCreateSchema,
  templateOutSchema,
  templatePageSchema,
  templateUpdateSchema,
  type TemplateOut,
} from '../contract/api-settings.ts';
import { RollcallError } from '../contract/errors.ts';
import { CONFLICT, ERRORS, NOT_FOUND } from './openapi.ts';
import { pageOfItems } from './pages.ts';
import type { ApiInstance } from './server.ts';
import type { ApiService } from './service.ts';
import { templateOut } from './settings-views.ts';

const tags = ['templates'];
const params = z.object({ template_id: z.string().min(1).max(200) });
const admin = { scope: 'admin' } as const;

export function addTemplateRoutes(api: ApiInstance, service: ApiService): void {
  const one = (id: string, whole: boolean): TemplateOut => {
    const template = service.settings().templates.find((candidate) => candidate.id === id);
    if (template === undefined) {
      throw new RollcallError('NOT_FOUND', `There is no template "${id}".`, 'GET /v2/templates lists them.');
    }
    return templateOut(template, whole);
  };

  api.route({
    method: 'GET',
    url: '/v2/templates',
    schema: {
      ...{ tags, operationId: 'listTemplates', summary: 'List templates' },
      querystring: pageQuerySchema,
      response: { 200: templatePageSchema, ...ERRORS },
    },
    handler: async ({ query, token }) => {
      const page = pageOfItems(service.settings().templates, query, ({ id }) => id);
      return { ...page, data: page.data.map((template) => templateOut(template, token?.scope === 'admin')) };
    },
  });

  api.route({
    method: 'GET',
    url: '/v2/templates/:template_id',
    schema: {
      ...{ tags, operationId: 'getTemplate', summary: 'Get a template' },
      params,
      response: { 200: templateOutSchema, ...ERRORS, ...NOT_FOUND },
    },
    handler: async ({ params: { template_id: id }, token }) => one(id, token?.scope === 'admin'),
  });

  api.route({
    method: 'POST',
    url: '/v2/templates',
    config: admin,
    schema: {
      ...{ tags, operationId: 'createTemplate', summary: 'Make a template' },
      body: templateCreateSchema,
      response: { 201: templateOutSchema, ...ERRORS, ...CONFLICT },
    },
    handler: async ({ body }, reply) => reply.code(201).send(one(await service.saveTemplate(null, body), true)),
  });

  api.route({
    method: 'POST',
    url: '/v2/templates/:template_id',
    config: admin,
    schema: {
      ...{ tags, operationId: 'updateTemplate', summary: 'Change a template, and so its `auto` rooms' },
      params,
      body: templateUpdateSchema,
      response: { 200: templateOutSchema, ...ERRORS, ...NOT_FOUND, ...CONFLICT },
    },
    handler: async ({ params: { template_id: id }, body }) => {
      one(id, true);
      return one(await service.saveTemplate(id, body), true);
    },
  });

  api.route({
    method: 'DELETE',
    url: '/v2/templates/:template_id',
    config: admin,
    schema: {
      ...{ tags, operationId: 'deleteTemplate', summary: 'Remove a template that no room depends on' },
      params,
      response: { 204: z.null().describe('Removed'), ...ERRORS, ...NOT_FOUND, ...CONFLICT },
    },
    handler: async ({ params: { template_id: id } }, reply) => {
      one(id, true);
      await service.removeTemplate(id);
      return reply.code(204).send(null);
    },
  });
}
