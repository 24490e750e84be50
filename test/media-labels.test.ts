import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { besideMute, labelPlace } from '../src-main/composite/dressing.ts';
import { layOut } from '../src-main/composite/layout.ts';
import { makeSession, sh, tempDir } from './media-fixtures.ts';
import { run } from './support/programs.ts';
import { runCommand } from './support/recorder.ts';

/** Names as the app itself writes them, in the scripts that people have names in. */
const NAMES: Readonly<Record<string, string>> = {
  latin: 'Zoë Ångström',
  arabic: 'محمد الأمين',
  hindi: 'श्रीकृष्ण मिश्र',
  chinese: '王小明',
  emoji: 'Mia 🦊🎧',
  mixed: 'Dr. ليلى 李 ✨',
};
/** Languages whose letters the names have, as fontconfig calls them. */
const LANGUAGES = ['ar', 'hi', 'zh-cn'];
const SIZES = [
  [854, 480],
  [1280, 720],
] as const;
const artifacts = join(import.meta.dirname, 'artifacts');

let dir = '';
let remove = async (): Promise<void> => undefined;

beforeAll(async () => {
  ({ dir, remove } = await tempDir());
  const session = await makeSession(
    dir,
    Object.entries(NAMES).map(([id, name]) => ({
      ...{ id, name },
      streams: [
        {
          type: 'regular' as const,
          tracks: [
            { kind: 'video' as const, colour: '#2c4a3e', at: 0, sizes: [[1, 640, 360]] as [number, number, number][] },
          ],
        },
      ],
    })),
  );
  await writeFile(join(dir, 'session.json'), JSON.stringify(session));
  await writeFile(join(dir, 'timeline.ndjson'), '');
  await mkdir(artifacts, { recursive: true });
});
afterAll(() => remove());

test.runIf(process.platform === 'linux')('this computer has letters for them', async () => {
  for (const language of LANGUAGES) expect((await run('fc-list', [`:lang=${language}`])).stdout, language).not.toBe('');
});

test.each(SIZES)('names are written whole, each in its own letters, at %dx%d', async (width, height) => {
  const out = join(dir, `labels-${height}.mp4`);
  const { code, stderr } = await runCommand(['compose', dir, '--size', `${width}x${height}`, '--out', out]);
  expect(code, stderr).toBe(0);
  const frame = ['-ss', '0.5', '-i', out, '-frames:v', '1'];
  // For people to look at: whether letters join and run as they should is for eyes.
  await sh([...frame, join(artifacts, `labels-${height}.png`)]);
  const people = Object.keys(NAMES);
  const rects = layOut(
    'grid',
    people.map(() => ({ source: 'main', isSpeaker: false })),
    width,
    height,
  );
  const seen = new Set<string>();
  for (const [i, id] of people.entries()) {
    const rect = rects[i];
    const place = rect && labelPlace(rect, height);
    if (!place) throw new Error(`no label for ${id}`);
    // Nobody has a microphone: the badge for that is beside each label.
    const [w, h] = [besideMute(place).maxWidth, place.height];
    const crop = ['-vf', `crop=${w}:${h}:${place.x}:${place.y}`, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'];
    const pixels = await sh([...frame, ...crop]);
    const at = (x: number, y: number): number[] => [...pixels.subarray(3 * (y * w + x), 3 * (y * w + x) + 3)];
    const ink = (x: number, y: number): boolean => Math.max(...at(x, y)) > 150;
    const all = Array.from({ length: w * h }, (_, n) => [n % w, Math.floor(n / w)] as const);
    const inked = all.filter(([x, y]) => ink(x, y));
    expect(inked.length, id).toBeGreaterThan(0.01 * w * h);
    // Nothing is cut off: above, below and before the letters is some of the label, and they end before it must.
    const [xs, ys] = [inked.map(([x]) => x), inked.map(([, y]) => y)];
    expect(Math.min(...ys), id).toBeGreaterThanOrEqual(1);
    expect(Math.max(...ys), id).toBeLessThanOrEqual(h - 2);
    expect(Math.min(...xs), id).toBeGreaterThanOrEqual(2);
    expect(Math.max(...xs), id).toBeLessThan(w - 2);
    // As high as letters are that can be read at this size.
    expect(Math.max(...ys) - Math.min(...ys), id).toBeGreaterThanOrEqual(0.4 * h);
    const colourful = inked.filter(([x, y]) => Math.max(...at(x, y)) - Math.min(...at(x, y)) > 80);
    if (id === 'emoji') expect(colourful.length).toBeGreaterThan(10);
    if (id === 'latin') expect(colourful).toEqual([]);
    seen.add(inked.join(' '));
  }
  expect(seen.size).toBe(people.length);
});
