import { useEffect, useRef } from 'react';
import { playerKey, type PlayerCommand } from './player-keys.ts';

/** Gives the keys of the player to whatever plays now. `run` answers whether the command was for it. */
export function usePlayerKeys(run: (command: PlayerCommand) => boolean): void {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const command = playerKey(event);
      if (command === null) return;
      if (latest.current(command)) event.preventDefault();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}
