import { expect, it } from 'vitest';
import { provisioningSchema, settingsSchema } from '../contract/settings.ts';
import { parsePath, valueAtPath, withValueAtPath } from './edit.ts';
import { migrate, STORED_VERSION } from './migrate.ts';
import { provisioningFiles, withoutProvisioning, withProvisioning } from './provisioning.ts';
import { resolve } from './resolve.ts';

const provisioned = (values: object) => ({ file: '/etc/p.json', values: provisioningSchema.parse(values) });
const mine = settingsSchema.parse({ hosted: { location: 'mine' } });
const none = settingsSchema.parse({});

it('a provisioned value stands where there is none, a locked one always, and neither becomes the user’s own', () => {
  const open = provisioned({ hosted: { location: 'theirs', credentials: { key: 'k', secret: 's' } } });
  expect(withProvisioning(mine, open).hosted?.location).toBe('mine');
  expect(withProvisioning(none, open).hosted?.location).toBe('theirs');
  expect(withoutProvisioning(withProvisioning(none, open), open).hosted).toBeUndefined();
  const locked = provisioned({ ...open.values, locked: ['hosted', 'webhook'] });
  expect(withProvisioning(mine, locked).hosted?.location).toBe('theirs');
  expect(() => withoutProvisioning(mine, locked)).toThrow(/"hosted" cannot be changed/);
  // Locked and absent: there is none, and none can be set.
  const webhook = { url: 'https://h.example/' };
  expect(withProvisioning({ ...none, webhook }, locked).webhook).toBeNull();
  expect(() => withoutProvisioning({ ...none, webhook }, locked)).toThrow(/"webhook"/);
});

it('is looked for where the platform’s administrators put such files', () => {
  expect(provisioningFiles('linux', {}, '/opt/r')).toEqual([
    '/etc/rollcall/provisioning.json',
    '/opt/r/provisioning.json',
  ]);
  expect(provisioningFiles('linux', { ROLLCALL_PROVISIONING: '/x' }, '/opt/r')).toEqual(['/x']);
});

it('settings kept by version 1 are brought up: webhooks into the local network may go on', () => {
  const stored = {
    schema_version: 1,
    settings: {
      webhook: { url: 'http://192.168.1.5/hook' },
      templates: [{ id: 't', name: 'T', recording: { enabled: true }, webhook: { url: 'https://public.example/' } }],
      rooms: [],
    },
  };
  expect(migrate(stored)).toMatchObject({
    schema_version: STORED_VERSION,
    settings: {
      webhook: { allow_private_network: true },
      templates: [{ webhook: { url: 'https://public.example/' } }],
    },
  });
  expect(JSON.stringify(migrate(stored))).toMatch(/allow_private_network/);
  expect(migrate({ schema_version: 99 })).toEqual({ schema_version: 99 });
});

it('a place is a path of names, ids and positions', () => {
  const settings = { templates: [{ id: 'a', name: 'A' }, { id: 'b' }] };
  expect(valueAtPath(settings, parsePath('templates.a.name'))).toBe('A');
  expect(valueAtPath(settings, parsePath('templates[1].id'))).toBe('b');
  expect(withValueAtPath(settings, parsePath('templates.b.name'), 'B')).toEqual({
    templates: [
      { id: 'a', name: 'A' },
      { id: 'b', name: 'B' },
    ],
  });
  expect(withValueAtPath(settings, parsePath('templates.a'), null)).toEqual({ templates: [{ id: 'b' }] });
  expect(withValueAtPath({}, parsePath('hosted.options.region'), 'x')).toEqual({
    hosted: { options: { region: 'x' } },
  });
  expect(() => parsePath('__proto__.x')).toThrow();
  expect(() => valueAtPath(settings, parsePath('templates.zzz'))).toThrow(/zzz/);
});

it.each([
  [{ type: 'gs' }, { endpoint: 'https://storage.googleapis.com', region: 'auto', forcePathStyle: true }],
  [
    { type: 'oss', options: { region: 'cn-beijing' } },
    { endpoint: 'https://s3.oss-cn-beijing.aliyuncs.com', forcePathStyle: false },
  ],
  [{ type: 's3' }, { endpoint: null, region: 'ap-south-1' }],
])('%o', (info, store) => {
  const settings = settingsSchema.parse({
    templates: [{ id: 't', name: 'T', recording: { enabled: true, upload_info: { location: 'b', ...info } } }],
    rooms: [{ id: '61101349d0f56e684b608c08', name: 'R', url: 'u' }],
  });
  expect(resolve(settings, settings.rooms[0]!).destination).toMatchObject({ store });
});
