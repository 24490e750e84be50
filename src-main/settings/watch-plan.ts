import type { Room, Settings } from '../contract/settings.ts';
import { resolve } from './resolve.ts';

/** How a room is recorded by itself: from the first person's joining on, until it has been empty for a while. */
export interface WatchPlan {
  stopWhenEmptyS: number | null;
  maxDurationS: number | null;
}

/** Whether the settings say now that a room is watched, and how; null: it is not. Pure. */
export function watchPlan(settings: Settings, room: Room): WatchPlan | null {
  if (!resolve(settings, room).record) return null;
  return null;
}
