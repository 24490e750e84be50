import { describe, expect, it } from 'vitest';
import { RollcallError } from '../contract/errors.ts';
import { settingsSchema, type Room, type Settings } from '../contract/settings.ts';
import { parseJoinUrl, sameCall } from './join-url.ts';
import { checkSettings, parseSettings } from './parse.ts';
import { resolve } from './resolve.ts';
import { findRoom } from './rooms.ts';
import { HIDDEN_SECRET } from './secrets.ts';
import { SettingsStore, type SecretVault } from './store.ts';

const s3 = (location: string) => ({ type: 's3' as const, location });
const ROOM: Room = {
  id: '61101349d0f56e684b608c08',
  name: 'Monday',
  template_id: 'classes',
  url: 'https://sfu.example.net/?roomId=monday',
  recording: 'auto',
};

function settings(change: Record<string, unknown> = {}): Settings {
  return settingsSchema.parse({
    hosted: { location: 'hosted-bucket' },
    webhook: { url: 'https://installation.example/' },
    templates: [{ id: 'classes', name: 'Classes', recording: { enabled: true, upload_info: s3('template-bucket') } }],
    rooms: [ROOM],
    ...change,
  });
}
const template = (enabled: boolean, upload: boolean) => ({
  templates: [
    { id: 'classes', name: 'Classes', recording: { enabled, upload_info: upload ? s3('template-bucket') : null } },
  ],
});
const thrown = (run: () => unknown): RollcallError => {
  try {
    run();
  } catch (error) {
    if (error instanceof RollcallError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('resolve', () => {
  // room.recording, template enabled, template has a destination, room has one -> records, bucket
  it.each([
    ['auto', true, true, false, true, 'template-bucket'],
    ['auto', true, true, true, true, 'template-bucket'],
    ['auto', true, false, false, true, 'hosted-bucket'],
    ['auto', true, false, true, true, 'hosted-bucket'],
    ['auto', false, true, false, false, 'template-bucket'],
    ['enabled', true, true, true, true, 'room-bucket'],
    ['enabled', true, true, false, true, 'hosted-bucket'],
    ['enabled', false, true, true, true, 'room-bucket'],
    ['enabled', false, true, false, true, 'hosted-bucket'],
    ['disabled', true, true, true, false, 'room-bucket'],
    ['disabled', false, true, false, false, 'hosted-bucket'],
  ] as const)(
    'room %s, template enabled %s, with destination %s, room destination %s: records %s to %s',
    (recording, enabled, templateUpload, roomUpload, record, bucket) => {
      const room: Room = { ...ROOM, recording, upload_info: roomUpload ? s3('room-bucket') : null };
      const resolved = resolve(settings(template(enabled, templateUpload)), room);
      expect(resolved.record).toBe(record);
      expect(resolved.destination.configured && resolved.destination.store.bucket).toBe(bucket);
      expect(resolved.reason).toContain(recording === 'auto' ? '"Classes"' : '"Monday"');
    },
  );

  // template's control, room's control -> start, seconds of an empty call, longest
  it.each([
    [null, undefined, 'first-peer', 60, null],
    [{ stop_when_empty_seconds: 5, max_duration_seconds: 90 }, null, 'first-peer', 5, 90],
    [{ stop_when_empty_seconds: 5, max_duration_seconds: 90 }, { max_duration_seconds: null }, 'first-peer', 5, null],
    [{ start: 'join' }, { stop_when_empty_seconds: 0 }, 'join', 0, null],
    [{ start: 'join' }, { start: 'first-peer', stop_when_empty_seconds: null }, 'first-peer', null, null],
  ] as const)(
    'control %j of the template, %j of the room',
    (ofTemplate, ofRoom, start, stopWhenEmptyS, maxDurationS) => {
      const [classes] = template(true, false).templates;
      const all = settings({ templates: [{ ...classes, control: ofTemplate }], rooms: [{ ...ROOM, control: ofRoom }] });
      for (const recording of ['auto', 'enabled'] as const) {
        const { control } = resolve(all, { ...all.rooms[0], ...ROOM, control: ofRoom, recording });
        expect(control).toEqual({ start, stopWhenEmptyS, maxDurationS, watch: false });
      }
    },
  );

  it('refuses times that no recording can have, by their field and value', () => {
    const wrong = { rooms: [{ ...ROOM, control: { stop_when_empty_seconds: -1 } }] };
    expect(
      thrown(() =>
        checkSettings({ templates: [{ id: 'classes', name: 'C', recording: { enabled: true } }], ...wrong }, 'f'),
      ).message,
    ).toMatch(/rooms\[0\]\.control\.stop_when_empty_seconds must not be negative, but is -1/);
  });

  it('records and waits for hosted storage where nothing is configured', () => {
    const nothing = settingsSchema.parse({});
    const { room } = findRoom(nothing, { joinUrl: 'wss://h:1/?roomId=r' });
    expect(resolve(nothing, room)).toMatchObject({
      record: true,
      destination: { kind: 'hosted', configured: false },
      webhook: null,
    });
  });

  it('fills the defaults of a destination in', () => {
    const { destination } = resolve(settings(), ROOM);
    expect(destination).toEqual({
      kind: 's3',
      configured: true,
      store: {
        bucket: 'template-bucket',
        prefix: '',
        region: 'ap-south-1',
        endpoint: null,
        forcePathStyle: false,
        credentials: { kind: 'default-chain' },
      },
    });
  });

  it('takes the webhook of the room, else the template, else the installation', () => {
    const hook = (url: string) => ({ url });
    const withTemplate = settings({
      templates: [
        { id: 'classes', name: 'Classes', recording: { enabled: true }, webhook: hook('https://t.example/') },
      ],
    });
    expect(resolve(withTemplate, { ...ROOM, webhook: hook('https://r.example/') }).webhook?.url).toBe(
      'https://r.example/',
    );
    expect(resolve(withTemplate, ROOM).webhook?.url).toBe('https://t.example/');
    expect(resolve(settings(), ROOM).webhook?.url).toBe('https://installation.example/');
  });
});

describe('parseJoinUrl', () => {
  it.each([
    ['https://sfu.example.net/?roomId=R', 'wss://sfu.example.net:4443/?roomId=R'],
    ['https://sfu.example.net:3000?roomId=R&info=true&produce=false', 'wss://sfu.example.net:4443/?roomId=R'],
    ['https://SFU.example.net/?roomId=R&protooPort=443', 'wss://sfu.example.net/?roomId=R'],
    ['https://10.0.0.1/?protooPort=5000&roomId=a%20b', 'wss://10.0.0.1:5000/?roomId=a+b'],
    ['https://[::1]:3000/?roomId=R', 'wss://[::1]:4443/?roomId=R'],
    [' ws://127.0.0.1:4443/?roomId=R ', 'ws://127.0.0.1:4443/?roomId=R'],
    ['wss://h/?consumerReplicas=2&roomId=R&peerId=me', 'wss://h/?roomId=R&consumerReplicas=2'],
    ['ws://h:80/path?roomId=R', 'ws://h/path?roomId=R'],
  ])('%s', (link, signallingUrl) => expect(parseJoinUrl(link).signallingUrl).toBe(signallingUrl));

  it.each([
    '',
    'monday',
    'https://h/',
    'wss://h/?room=R',
    'ftp://h/?roomId=R',
    'http://h/?roomId=R',
    'https://h/?roomId=R&protooPort=x',
    'https://u:p@h/?roomId=R',
  ])('refuses "%s"', (link) => expect(thrown(() => parseJoinUrl(link)).code).toBe('USAGE'));

  it('knows two spellings of one call', () => {
    expect(sameCall('https://h:3000/?roomId=R&info=true', 'wss://h:4443/?roomId=R&peerId=x')).toBe(true);
    expect(sameCall('https://h/?roomId=R', 'https://h/?roomId=r')).toBe(false);
  });
});

describe('findRoom', () => {
  const two = settings({ rooms: [ROOM, { ...ROOM, id: 'a'.repeat(24), name: 'monday copy' }] });
  it('finds by URL, name and id', () => {
    expect(findRoom(settings(), { joinUrl: 'wss://sfu.example.net:4443/?roomId=monday' })).toEqual({
      room: settings().rooms[0],
      created: false,
    });
    expect(findRoom(two, { joinUrl: 'ws://x/?roomId=z', room: 'MONDAY' }).room.id).toBe(ROOM.id);
    expect(findRoom(two, { joinUrl: 'ws://x/?roomId=z', room: 'a'.repeat(24) }).room.name).toBe('monday copy');
  });
  it('makes a new room of the first template or the one named', () => {
    const joinUrl = 'wss://h:1/?roomId=new';
    expect(findRoom(settings(), { joinUrl })).toMatchObject({
      created: true,
      room: { name: 'new', template_id: 'classes', recording: 'auto', url: joinUrl },
    });
    expect(findRoom(settings(), { joinUrl }).room.id).toMatch(/^[0-9a-f]{24}$/);
    const more = settings({
      templates: [...settings().templates, { id: 't2', name: 'Other', recording: { enabled: false } }],
    });
    expect(findRoom(more, { joinUrl, template: 'other' }).room.template_id).toBe('t2');
  });
  it('lists the choices where a name is unknown or a link is ambiguous', () => {
    expect(thrown(() => findRoom(settings(), { joinUrl: 'ws://x/?roomId=z', room: 'Tuesday' })).message).toContain(
      '"Monday" (61101349d0f56e684b608c08)',
    );
    expect(thrown(() => findRoom(two, { joinUrl: ROOM.url })).message).toContain('"monday copy"');
    expect(thrown(() => findRoom(settings(), { joinUrl: ROOM.url, template: 'nope' })).message).toContain(
      '"Classes" (classes)',
    );
  });
});

describe('parseSettings', () => {
  it.each([
    ['{"templates": [', /not valid JSON/],
    ['', /it is empty/],
    ['[]', /the settings must be an object but is a list/],
    ['{"rooms":[{"id":"x","name":"n","url":"u"}]}', /rooms\[0\]\.id must be 24 hexadecimal digits, but is "x"/],
    [
      '{"rooms":[{"id":"61101349d0f56e684b608c08","name":"n","url":"u","recording":"yes"}]}',
      /rooms\[0\]\.recording must be "auto", "enabled" or "disabled", but is "yes"/,
    ],
    [
      '{"templates":[{"id":"a","name":"A","recording":{"enabled":"on"}}]}',
      /templates\[0\]\.recording\.enabled must be true or false but is "on"/,
    ],
    ['{"templates":[{"id":"a","name":"A","recording":{}}]}', /templates\[0\]\.recording\.enabled is missing/],
    ['{"hosted":{"bucket":"b","location":"l"}}', /hosted has "bucket"/],
    ['{"hosted":{"location":"b","credentials":{"key":"k"}}}', /hosted\.credentials\.secret is missing/],
    ['{"webhook":{"url":"hook"}}', /webhook\.url must be an http\(s\) URL, but is another text/],
    ['{"webhook":{"url":"https://h/","headers":{"bad name":"v"}}}', /webhook\.headers\.bad name/],
    ['{"webhook":{"url":"https://h/","headers":{"x-a":"a\\nb"}}}', /webhook\.headers\.x-a must be a header value/],
    [
      '{"rooms":[{"id":"61101349d0f56e684b608c08","name":"n","url":"u","template_id":"t"}]}',
      /rooms\[0\]\.template_id: "t" is no template's id/,
    ],
  ])('%s', (text, message) => {
    const error = thrown(() => parseSettings(text, 'settings.json'));
    expect(error.code).toBe('SETTINGS_INVALID');
    expect(error.message).toMatch(message);
  });

  it("reads SPEC's example", () => {
    const example = `{
      "hosted":  { "location": "rollcall", "prefix": "", "options": { "endpoint": "https://s3.example.net", "region": "eu-west-1", "force_path_style": true },
                   "credentials": { "key": "...", "secret": "..." } },
      "webhook": { "url": "https://example.net/hook", "headers": { "x-token": "..." }, "signing_secret": "whsec_..." },
      "templates": [ { "id": "classes", "name": "Classes", "recording": { "enabled": true, "upload_info": { "type": "s3", "location": "bucket", "prefix": "p" } }, "webhook": null } ],
      "rooms": [ { "id": "61101349d0f56e684b608c08", "name": "Monday", "template_id": "classes", "url": "https://sfu.example.net/?roomId=monday", "recording": "auto", "upload_info": null, "webhook": null } ]
    }`;
    const { rooms, templates } = parseSettings(`\uFEFF${example}`, 'f');
    expect([rooms[0]?.name, templates[0]?.recording.upload_info?.prefix]).toEqual(['Monday', 'p']);
  });

  it('tells no secret, whatever is wrong', () => {
    const bad = [
      '{"hosted":{"location":"l","credentials":{"key":"SECRET","secret":["SECRET"]}}}',
      '{"hosted": "SECRET", x}',
      '{"hosted":{"location":"l","credentials_token":{"a":"SECRET"}}}',
    ];
    for (const text of bad)
      expect(JSON.stringify(thrown(() => parseSettings(text, 'f')).toRecord())).not.toContain('SECRET');
  });
});

describe('SettingsStore', () => {
  const vault = (available = true): SecretVault => ({
    available: () => available,
    encrypt: (text) => Buffer.from(text).toString('base64'),
    decrypt: (text) => Buffer.from(text, 'base64').toString(),
  });
  const full = () =>
    settings({
      hosted: { location: 'h', credentials: { key: 'k', secret: 'hosted-SECRET' } },
      webhook: { url: 'https://x.example/', headers: { 'x-token': 'header-SECRET' }, signing_secret: 'whsec_SECRET' },
    });
  const open = (available = true) => {
    const data = new Map<string, unknown>();
    const store = {
      get: (key: string) => data.get(key),
      set: (key: string, value: unknown) => void data.set(key, JSON.parse(JSON.stringify(value))),
    };
    return { data, settings: new SettingsStore({ store, vault: vault(available) }) };
  };

  it('keeps secrets apart, shows the window none, and takes its copy back', () => {
    const { data, settings: store } = open();
    store.save(full());
    expect(JSON.stringify(data.get('settings'))).not.toContain('SECRET');
    expect(JSON.stringify(store.redacted())).not.toContain('SECRET');
    expect(store.redacted().hosted?.credentials).toEqual({ key: 'k', secret: HIDDEN_SECRET });
    const edited = store.redacted();
    edited.rooms[0]!.name = 'Renamed';
    store.save(edited);
    expect(store.load()).toEqual({
      settings: { ...full(), rooms: [{ ...full().rooms[0], name: 'Renamed' }] },
      missingSecrets: [],
    });
  });

  it('exports without secrets unless asked, and imports what it exported', () => {
    const { settings: store } = open();
    store.save(full());
    expect(store.export()).not.toContain('SECRET');
    expect(store.export({ includeSecrets: true })).toContain('hosted-SECRET');
    const other = open().settings;
    other.import(store.export({ includeSecrets: true }), 'x.json');
    expect(other.load().settings).toEqual(full());
    // Secrets that an export leaves out stay where they are kept, and are nowhere else.
    other.import(store.export(), 'x.json');
    expect(other.load().settings).toEqual(full());
    other.import(store.export().replace('"location": "h"', '"location": "elsewhere"'), 'x.json');
    expect(other.load().settings.hosted).toEqual({ location: 'elsewhere' });
    const third = open().settings;
    third.import(store.export(), 'x.json');
    expect(third.load().settings.webhook).toEqual({ url: 'https://x.example/' });
  });

  it('refuses secrets without a keyring and keeps a new room otherwise', () => {
    const { settings: store } = open(false);
    expect(thrown(() => store.save(full())).message).toContain('no keyring');
    store.saveRoom(ROOM_WITHOUT_TEMPLATE);
    expect(store.load().settings.rooms).toHaveLength(1);
    expect(store.installationId()).toBe(store.installationId());
  });
});

const ROOM_WITHOUT_TEMPLATE: Room = { ...ROOM, template_id: null };
