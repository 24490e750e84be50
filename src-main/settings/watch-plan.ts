import type { Room, Settings } from '../contract/settings.ts';
import { resolve } from './resolve.ts';

/** How a watched room is recorded: from the first person's media on, until it has been empty for a while. */
export interface WatchPlan {
  /** Seconds after which a recording ends; null: never. */
  maxDurationS: number | null;
}

/** Whether the settings say now that a room is watched, by the app or `rollcall serve`, and how; null: it is not. Pure. */
export function watchPlan(settings: Settings, room: Room): WatchPlan | null {
  const { record, control } = resolve(settings, room);
  return record && control.watch ? { maxDurationS: control.maxDurationS } : null;
}
