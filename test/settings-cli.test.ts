import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startRollcall } from '../build/launch-electron.ts';
import { SessionManifest } from '../src-main/recording/manifest.ts';
import { startKeyring, type Keyring } from './support/keyring.ts';
import { settingsFile, temporaryDir } from './support/recorder.ts';
import { startSwift, type ObjectStore } from './support/swift.ts';
import { startWebhookReceiver, type WebhookReceiver } from './support/webhook-receiver.ts';
import { makeSession } from './upload-fixtures.ts';

interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

async function rollcall(words: string[], userData: string, env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const switches = [
    `--user-data-dir=${userData}`,
    ...('DBUS_SESSION_BUS_ADDRESS' in env ? ['--password-store=gnome-libsecret'] : []),
  ];
  const child = await startRollcall([...switches, ...words], { env });
  const { code } = await child.exited;
  return { code, stdout: child.stdout(), stderr: child.stderr() };
}

const SECRETS = {
  store: 'the-store-SECRET-1',
  header: 'the-header-SECRET-2',
  signing: 'whsec_dGhlLXNpZ25pbmctU0VDUkVULTM=',
};
const ROOM_ID = '61101349d0f56e684b608c08';

const model = (more: object = {}): object => ({
  templates: [
    {
      id: 'classes',
      name: 'Classes',
      recording: {
        enabled: true,
        upload_info: { type: 's3', location: 'b', prefix: '/p/', credentials: { key: 'k', secret: SECRETS.store } },
      },
    },
  ],
  rooms: [{ id: ROOM_ID, name: 'Monday', template_id: 'classes', url: 'wss://h/?roomId=m', recording: 'auto' }],
  webhook: { url: 'https://hook.example/', headers: { 'x-token': SECRETS.header }, signing_secret: SECRETS.signing },
  ...more,
});

/** Every file below a folder. */
async function filesBelow(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function filesWith(dirs: string[], secrets: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const file of (await Promise.all(dirs.map(filesBelow))).flat()) {
    const bytes = await readFile(file).catch(() => Buffer.alloc(0));
    const spellings = secrets.flatMap((secret) => [
      secret,
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
      encodeURIComponent(secret),
    ]);
    if (spellings.some((text) => bytes.includes(text))) found.push(file);
  }
  return found;
}

describe('without a keyring', () => {
  const userData = temporaryDir('profile');
  test('says so, keeps nothing, and keeps secrets readable only when told to', async () => {
    const file = settingsFile(model());
    const refused = await rollcall(['settings', 'import', file], userData);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/no keyring.*[\s\S]*--allow-plain-secrets/);
    expect((await rollcall(['rooms', 'list'], userData)).stdout).toBe('');
    const agreed = await rollcall(['settings', 'import', file, '--allow-plain-secrets', '--json'], userData);
    expect(agreed.code, agreed.stderr).toBe(0);
    expect(JSON.parse(agreed.stdout)).toEqual({ event: 'imported', templates: 1, rooms: 1 });
    const kept = (await filesBelow(userData)).find((path) => path.endsWith('rollcall.json')) ?? '';
    expect((await stat(kept)).mode & 0o077).toBe(0);
    const all = await rollcall(['settings', 'export', '--include-secrets'], userData);
    expect(JSON.parse(all.stdout)).toMatchObject(model());
  });

  test('get, set, list: values, messages and exit codes', async () => {
    expect(
      (await rollcall(['settings', 'get', 'templates.classes.recording.upload_info.location'], userData)).stdout,
    ).toBe('b\n');
    const whole = await rollcall(['settings', 'get', '--json'], userData);
    for (const secret of Object.values(SECRETS)) expect(whole.stdout).not.toContain(secret);
    expect((await rollcall(['settings', 'set', 'templates.classes.recording.enabled', 'false'], userData)).code).toBe(
      0,
    );
    const rooms = await rollcall(['rooms', 'list', '--json'], userData);
    expect(JSON.parse(rooms.stdout)).toMatchObject({
      name: 'Monday',
      records: false,
      destination: 's3://b/p',
      template: 'Classes',
    });
    const service = 'templates.classes.recording.upload_info.type';
    expect((await rollcall(['settings', 'set', service, 'azure'], userData)).code).toBe(0);
    const azure = await rollcall(['rooms', 'list', '--json'], userData);
    expect(JSON.parse(azure.stdout)).toMatchObject({ destination: 'azure://b/p' });
    expect((await rollcall(['settings', 'set', service, 's3'], userData)).code).toBe(0);
    const wrong = await rollcall(['settings', 'set', `rooms.${ROOM_ID}.recording`, 'sometimes'], userData);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/rooms\[0\]\.recording must be "auto", "enabled" or "disabled", but is "sometimes"/);
    expect((await rollcall(['settings', 'get', 'hosted.location'], userData)).stderr).toMatch(
      /have no "hosted\.location"/,
    );
    expect((await rollcall(['settings', 'frobnicate'], userData)).code).toBe(2);
    // The secrets were not touched by any of it.
    expect((await rollcall(['settings', 'export', '--include-secrets'], userData)).stdout).toContain(SECRETS.store);
    expect((await rollcall(['settings', 'export'], userData)).stdout).not.toContain('SECRET');
  });

  test('an administrator’s file holds for the app and for settings files; locked fields stay', async () => {
    const provisioning = join(temporaryDir('etc'), 'provisioning.json');
    await writeFile(
      provisioning,
      JSON.stringify({
        hosted: { location: 'corporate', credentials: { key: 'a', secret: 'corporate-SECRET' } },
        locked: ['hosted'],
      }),
    );
    const env = { ROLLCALL_PROVISIONING: provisioning };
    expect((await rollcall(['settings', 'get', 'hosted.location'], userData, env)).stdout).toBe('corporate\n');
    const other = settingsFile({ hosted: { location: 'mine' } });
    expect((await rollcall(['settings', 'get', 'hosted.location', '--settings', other], userData, env)).stdout).toBe(
      'corporate\n',
    );
    const refused = await rollcall(['settings', 'set', 'hosted.location', 'mine'], userData, env);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(provisioning);
    // Other fields can be changed, and nothing of the administrator's is copied into the user's own settings.
    expect((await rollcall(['settings', 'set', 'templates.classes.name', 'Lessons'], userData, env)).code).toBe(0);
    expect((await rollcall(['settings', 'export', '--include-secrets'], userData, env)).stdout).not.toContain(
      'corporate',
    );
    expect(await filesWith([userData], ['corporate-SECRET'])).toEqual([]);
    await writeFile(provisioning, '{"locked":["everything"]}');
    const broken = await rollcall(['settings', 'get'], userData, env);
    expect([broken.code, broken.stderr]).toEqual([2, expect.stringContaining(provisioning)]);
  });
});

describe('with a keyring and a store', () => {
  let keyring: Keyring;
  let store: ObjectStore;
  let hook: WebhookReceiver;
  beforeAll(async () => {
    [keyring, store, hook] = await Promise.all([startKeyring(), startSwift(), startWebhookReceiver()]);
    const client = new S3Client({
      endpoint: store.endpoint,
      region: store.region,
      forcePathStyle: true,
      credentials: { accessKeyId: store.key, secretAccessKey: store.secret },
    });
    await client.send(new CreateBucketCommand({ Bucket: 'checked' }));
    client.destroy();
  }, 180_000);
  afterAll(async () => {
    keyring.close();
    await Promise.all([store.close(), hook.close()]);
  });

  test('no file that the app wrote holds a secret, after import, a failed upload and a delivery', async () => {
    const userData = await mkdtemp(join(tmpdir(), 'rollcall-secrets-'));
    const destination = (secret: string) => ({
      type: 's3',
      location: 'checked',
      options: { endpoint: store.endpoint, region: store.region, force_path_style: true },
      credentials: { key: store.key, secret },
    });
    const webhook = {
      url: hook.url,
      headers: { 'x-token': SECRETS.header },
      signing_secret: SECRETS.signing,
      allow_private_network: true,
    };
    const wrong = {
      webhook,
      templates: [{ id: 'classes', name: 'C', recording: { enabled: true, upload_info: destination(SECRETS.store) } }],
    };
    const imported = await rollcall(['settings', 'import', settingsFile(wrong)], userData, keyring.env);
    expect([imported.code, imported.stderr]).toEqual([0, expect.stringContaining('1 templates')]);
    // Decrypted in another process.
    expect((await rollcall(['settings', 'export', '--include-secrets'], userData, keyring.env)).stdout).toContain(
      SECRETS.store,
    );
    const made = await makeSession({ composite: 1000, stream: 1000 });
    await SessionManifest.create(made.dir, structuredClone(made.handle.session));
    expect((await rollcall(['upload', made.dir], userData, keyring.env)).code).toBe(5);
    await rollcall(
      ['settings', 'set', 'templates.classes.recording.upload_info.credentials.secret', store.secret],
      userData,
      keyring.env,
    );
    const sent = await rollcall(['upload', made.dir], userData, keyring.env);
    expect(sent.code, sent.stderr).toBe(0);
    expect(hook.requests.at(-1)?.headers['x-token']).toBe(SECRETS.header);
    const signature = (hook.requests.at(-1)?.json as { data: { recording_presigned_url: string } }).data
      .recording_presigned_url;
    const link = new URL(signature).searchParams.get('X-Amz-Signature') ?? 'no signature';
    expect(await filesWith([userData, made.dir], [...Object.values(SECRETS), link])).toEqual([]);
    await made.remove();
  });

  test('"validate" tries a destination and names what is wrong', async () => {
    const userData = temporaryDir('profile');
    const to = (more: object) =>
      settingsFile({
        hosted: {
          location: 'checked',
          prefix: 'q',
          options: { endpoint: store.endpoint, region: store.region, force_path_style: true },
          credentials: { key: store.key, secret: store.secret },
          ...more,
        },
      });
    const good = await rollcall(['settings', 'validate', '--settings', to({}), '--json'], userData);
    expect(good.code, good.stderr).toBe(0);
    const [report] = good.stdout.split('\n');
    const { destinations } = JSON.parse(report ?? '') as {
      destinations: { checks: { name: string; error: unknown }[] }[];
    };
    expect(destinations[0]?.checks.map(({ name, error }) => [name, error])).toEqual(
      ['write', 'read', 'multipart', 'list-parts', 'abort', 'clock', 'delete'].map((name) => [name, null]),
    );
    // Nothing is left behind.
    const client = new S3Client({
      endpoint: store.endpoint,
      region: store.region,
      forcePathStyle: true,
      credentials: { accessKeyId: store.key, secretAccessKey: store.secret },
    });
    expect((await client.send(new ListObjectsV2Command({ Bucket: 'checked', Prefix: 'q/' }))).Contents ?? []).toEqual(
      [],
    );
    client.destroy();
    const missing = await rollcall(['settings', 'validate', '--settings', to({ location: 'nowhere' })], userData);
    expect([missing.code, missing.stderr]).toEqual([5, expect.stringContaining('There is no bucket "nowhere"')]);
    const wrong = await rollcall(
      ['settings', 'validate', '--settings', to({ credentials: { key: store.key, secret: 'mistyped' } })],
      userData,
    );
    expect([wrong.code, wrong.stderr]).toEqual([5, expect.stringContaining('secret key is wrong')]);
  });
});
