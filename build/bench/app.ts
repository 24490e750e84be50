import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { electronCommand, ROOT } from '../launch-electron.ts';
import { sampleSession } from './sample-session.ts';

/**
 * `npm run bench -- app [--sessions N] [--rounds N]`: the window on a library of thousands. Start to a window that
 * answers, first paint of the list after the window shows, search, scrolling, processor while idle.
 */
const LIMITS: Record<string, number> = {
  'start to interactive': 2000,
  'first paint of the list after the window shows': 1000,
  'search, slowest': 100,
  'blank frames while scrolling': 0,
  'processor while idle': 1,
};

interface Measured {
  what: string;
  value: number;
  unit: string;
}

export async function benchApp(args: string[]): Promise<void> {
  const option = (name: string, otherwise: number): number => {
    const at = args.indexOf(name);
    return at < 0 ? otherwise : Number(args[at + 1]);
  };
  const count = option('--sessions', 5000);
  const rounds = option('--rounds', 3);
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-bench-'));
  try {
    makeLibrary(join(folder, 'library'), count);
    const all: Measured[][] = [];
    for (let round = 0; round < rounds; round += 1) all.push(await measure(folder, round === rounds - 1));
    report(count, all);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function makeLibrary(library: string, count: number): void {
  for (let index = 0; index < count; index += 1) {
    const session = sampleSession(index);
    const dir = join(library, session.room.id, session.start_date, session.session_id);
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, 'session.json'), JSON.stringify(session, null, 2));
  }
}

async function measure(folder: string, last: boolean): Promise<Measured[]> {
  const user = join(folder, 'user');
  mkdirSync(user, { recursive: true });
  writeFileSync(join(user, 'rollcall.json'), JSON.stringify({ welcomed: 'yes' }));
  const command = await electronCommand([`--user-data-dir=${user}`], {
    env: { ROLLCALL_LIBRARY: join(folder, 'library') },
  });
  const startedAt = Date.now();
  const app = await _electron.launch({ ...command, timeout: 60_000 });
  try {
    const page = await mainPage(app);
    const interactiveMs = (await at(page, 'rollcall-interactive')) - startedAt;
    await page.getByRole('button', { name: /^Library/ }).click();
    await page.locator('[role="listitem"]').nth(5).waitFor();
    const shownAt = await app.evaluate(() => (globalThis as { rollcallShownAt?: number }).rollcallShownAt ?? 0);
    const measured: Measured[] = [
      { what: 'start to interactive', value: interactiveMs, unit: 'ms' },
      {
        what: 'first paint of the list after the window shows',
        value: Math.max(0, (await at(page, 'rollcall-list')) - shownAt),
        unit: 'ms',
      },
      { what: 'search, slowest', value: await slowestSearch(page), unit: 'ms' },
      { what: 'blank frames while scrolling', value: await blankFrames(page), unit: '' },
    ];
    if (last) measured.push({ what: 'processor while idle', value: await idlePercent(app), unit: '%' });
    return measured;
  } finally {
    await app.close();
  }
}

/** When the page set a mark, Unix milliseconds; waits for it. */
async function at(page: Page, name: string): Promise<number> {
  await page.waitForFunction((mark) => performance.getEntriesByName(mark).length > 0, name);
  return page.evaluate(
    (mark) => performance.timeOrigin + (performance.getEntriesByName(mark)[0]?.startTime ?? 0),
    name,
  );
}

const SEARCHES = ['monday', 'alice', 'delivered', 'nov 2026', 'zebra', 'a', ''];

/** From a key to the picture with its result, for the slowest of several searches. */
async function slowestSearch(page: Page): Promise<number> {
  const times = await page.evaluate(async (searches) => {
    const input = document.querySelector<HTMLInputElement>('input[aria-label="Room, person, date or state"]');
    if (input === null) throw new Error('there is no search');
    const setValue = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set;
    const results: number[] = [];
    for (const text of searches) {
      const from = performance.now();
      setValue?.call(input, text);
      input.dispatchEvent(new Event('input', { bubbles: true }));
      // The frame after the one in which React has drawn the result is on the screen.
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      results.push(performance.now() - from);
      await new Promise((done) => setTimeout(done, 100));
    }
    return results;
  }, SEARCHES);
  return Math.max(...times);
}

/** Scrolls through the list in jumps of most of a page, and counts frames in which a part of it was empty. */
function blankFrames(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const frame = document.querySelector('[role="list"]')?.parentElement;
    if (!frame) throw new Error('there is no list');
    const { top, height } = frame.getBoundingClientRect();
    const x = frame.getBoundingClientRect().left + 200;
    let blank = 0;
    for (let jump = 0; jump < 200; jump += 1) {
      frame.scrollTop += jump % 50 === 49 ? 20_000 : 137;
      await new Promise((done) => requestAnimationFrame(done));
      await new Promise((done) => requestAnimationFrame(done));
      for (const y of [20, height / 2, height - 20]) {
        if (document.elementFromPoint(x, top + y)?.closest('[role="listitem"]') == null) {
          blank += 1;
          break;
        }
      }
    }
    return blank;
  });
}

const IDLE_S = 15;

/** Of one core, over every process of the app, once what the start brought with it is over. */
async function idlePercent(app: ElectronApplication): Promise<number> {
  await sleep(10_000);
  const total = (): Promise<number> =>
    app.evaluate(({ app: electron }) =>
      electron.getAppMetrics().reduce((sum, { cpu }) => sum + (cpu.cumulativeCPUUsage ?? 0), 0),
    );
  const before = await total();
  await sleep(IDLE_S * 1000);
  return (((await total()) - before) / IDLE_S) * 100;
}

async function mainPage(app: ElectronApplication): Promise<Page> {
  for (;;) {
    const page = app.windows().find((each) => each.url().startsWith('rollcall://app/index.html'));
    if (page !== undefined) return page;
    await sleep(10);
  }
}

function report(count: number, rounds: Measured[][]): void {
  const rows = Object.entries(LIMITS).map(([what, limit]) => {
    const found = rounds.flat().filter((each) => each.what === what);
    const values = found.map(({ value }) => value).sort((a, b) => a - b);
    const median = values[Math.floor(values.length / 2)] ?? NaN;
    const round = (value: number): number => Math.round(value * 10) / 10;
    return { what, median: round(median), worst: round(values.at(-1) ?? NaN), limit, unit: found[0]?.unit ?? '' };
  });
  console.log(`${count} sessions, ${rounds.length} rounds`);
  console.table(rows);
  const file = join(ROOT, 'test/artifacts/bench-app.json');
  mkdirSync(join(ROOT, 'test/artifacts'), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ at: new Date().toISOString(), sessions: count, rows }, null, 2)}\n`);
  console.log(file);
}
