import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { UploadsSettings } from './contract/settings.ts';
import { UploadHolds } from './upload-holds.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('says why uploads wait, and lets them go when that is over', () => {
  let uploads: UploadsSettings = {};
  let [capturing, idle, changes] = [false, 0, 0];
  let [metered, watched] = [false, false];
  const holds = new UploadHolds({
    settings: () => ({ uploads }),
    isCapturing: () => capturing,
    idleSeconds: () => idle,
    network: {
      get metered() {
        return metered;
      },
      watch: (wanted) => (watched = wanted),
    },
    onChange: () => (changes += 1),
  });
  const held = (): string | null => {
    holds.apply();
    expect(holds.flow.held).toBe(holds.held !== null);
    return holds.held;
  };
  expect(held()).toBeNull();
  capturing = true;
  expect(held()).toBeNull();
  uploads = { hold_during_calls: true, only_when_idle: true };
  expect(held()).toBe('call');
  uploads = { ...uploads, paused: true };
  expect(held()).toBe('paused');
  uploads = { only_when_idle: true };
  expect(held()).toBe('in-use');
  expect(changes).toBe(3);
  // Nobody touches the computer: seen without being asked.
  idle = 300;
  vi.advanceTimersByTime(10_000);
  expect(holds.held).toBeNull();
  idle = 0;
  vi.advanceTimersByTime(10_000);
  expect(holds.held).toBe('in-use');
  idle = 300;
  uploads = { only_when_idle: true, only_unmetered: true };
  expect(held()).toBeNull();
  expect(watched).toBe(true);
  metered = true;
  expect(held()).toBe('metered');
  holds.close();
  expect(watched).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
});
