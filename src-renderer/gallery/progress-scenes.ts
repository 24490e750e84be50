import type { SessionSummary } from '../../src-main/contract/ipc.ts';
import type { SessionProgress } from '../../src-main/contract/progress.ts';

/** How far the sessions are that are worked on: one upload with everything known, the composite under way in each. */
export function progressOf(sessions: ReadonlyMap<string, SessionSummary>): ReadonlyMap<string, SessionProgress> {
  const worked = [...sessions.values()].filter(({ state }) => state === 'uploading' || state === 'finalizing');
  return new Map(
    worked.map(({ sessionId, state }): [string, SessionProgress] => {
      const uploading = state === 'uploading';
      const pace = uploading ? { bytesPerS: 2_140_000, etaS: 258 } : { bytesPerS: null, etaS: null };
      const step = uploading ? 'uploading' : 'making';
      return [
        sessionId,
        { fraction: 0.61, ...pace, files: [{ outputId: 'composite', step, fraction: 0.43, ...pace }] },
      ];
    }),
  );
}
