import { expect, it } from 'vitest';
import { settingsSchema } from '../contract/settings.ts';
import { resolve } from '../settings/resolve.ts';
import { settingsView } from './settings-view.ts';

const room = (id: string, name: string, over: object = {}): object => ({
  id: id.repeat(24),
  name,
  url: 'wss://sfu.example.net/?roomId=x',
  template_id: 'classes',
  ...over,
});

const settings = settingsSchema.parse({
  hosted: { location: 'rollcall', credentials_endpoint: 'https://keys.example.net/', credentials_token: 'TOPSECRET1' },
  webhook: {
    url: 'https://hooks.example.net/TOPSECRET2',
    headers: { 'x-token': 'TOPSECRET3' },
    signing_secret: 'whsec_TOPSECRET4',
  },
  templates: [
    {
      id: 'classes',
      name: 'Classes',
      recording: {
        enabled: true,
        upload_info: {
          type: 's3',
          location: 'bucket',
          prefix: 'p/',
          credentials: { key: 'TOPSECRET5', secret: 'TOPSECRET6' },
        },
      },
    },
    { id: 'off', name: 'Off', recording: { enabled: false } },
  ],
  rooms: [
    room('a', 'auto on'),
    room('b', 'auto off', { template_id: 'off' }),
    room('c', 'enabled', { recording: 'enabled' }),
    room('d', 'disabled', { recording: 'disabled' }),
    room('e', 'no template named', { template_id: null }),
  ],
});

it('spells out what each room does', () => {
  const rooms = settingsView(settings, { resolve }).rooms.map(({ effective }) => [
    effective.records,
    effective.reason,
    effective.delivery,
  ]);
  expect(rooms).toEqual([
    [true, 'Auto: on, because template Classes is on.', 'Uploads to s3://bucket/p.'],
    [false, 'Auto: off, because template Off is off.', 'Nothing is uploaded.'],
    [true, 'Enabled: always records, whatever its template says.', 'Uploads to hosted storage.'],
    [false, 'Disabled: never records, whatever its template says.', 'Nothing is uploaded.'],
    [true, 'Auto: on, because template Classes is on.', 'Uploads to s3://bucket/p.'],
  ]);
});

it('shows how stores are signed into, and no secret', () => {
  const view = settingsView(settings, { resolve });
  expect(view.hosted).toMatchObject({ location: 'rollcall', credentials: 'endpoint' });
  expect(view.templates.map((template) => [template.destination?.credentials, template.rooms])).toEqual([
    ['keys', 4],
    ['endpoint', 1],
  ]);
  expect(view.webhook).toEqual({ host: 'hooks.example.net', signed: true, headerNames: ['x-token'] });
  expect(JSON.stringify(view)).not.toContain('TOPSECRET');
});

it('says that uploads wait where hosted storage is not set up', () => {
  const view = settingsView({ ...settings, hosted: null }, { resolve });
  expect(view.hosted).toBeNull();
  expect(view.rooms[2]?.effective.delivery).toBe('Uploads wait until hosted storage is set up.');
});
