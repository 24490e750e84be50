import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { settingsFile, startRecorder } from './support/recorder.ts';
import { startSfu, type Sfu } from './support/sfu.ts';

let sfu: Sfu;
beforeAll(async () => {
  sfu = await startSfu({ dialect: 'classic' });
}, 120_000);
afterAll(() => sfu.close());

test('a template that is disabled while its "auto" room waits for people: it is left, nothing is recorded', async () => {
  const url = sfu.url('waiting');
  const model = (enabled: boolean): object => ({
    templates: [{ id: 't', name: 'Classes', recording: { enabled } }],
    rooms: [{ id: '61101349d0f56e684b608c08', name: 'Monday', template_id: 't', url, recording: 'auto' }],
  });
  const file = settingsFile(model(true));
  const recorder = await startRecorder(url, ['--settings', file]);
  await sfu.waitForPeers('waiting', 1);
  await writeFile(file, JSON.stringify(model(false)));
  const { code } = await recorder.process.exited;
  expect(code, recorder.process.stderr()).toBe(2);
  expect(recorder.events()).toContainEqual(
    expect.objectContaining({
      event: 'error',
      code: 'RECORDING_DISABLED',
      message: expect.stringContaining('Classes'),
    }),
  );
}, 120_000);
