import type { Certificate } from '../contract/certificate.ts';
import { LIP_SYNC_LAG_MS, LIP_SYNC_LEAD_MS } from '../contract/certificate.ts';
import type { FileFacts } from './read-file.ts';

/** Measuring the same file twice gives the same; this much is for rounding, and for other versions of a decoder. */
const TOLERANCE_MS = 1;

/** What a file holds that its certificate does not say, a part of a sentence each. Pure. */
export function compareFile(saved: Certificate, { video, audio, durationMs }: FileFacts): string[] {
  return [
    ...differences('duration', saved.duration_ms, durationMs, 'ms'),
    ...compareParts('picture', saved.video, video),
    ...compareParts('sound', saved.audio, audio),
  ];
}

type Part = Record<string, string | number | null>;

function compareParts(what: string, saved: Part | null, found: Part | null): string[] {
  if (!saved || !found)
    return saved === found ? [] : [`it has ${found ? 'a' : 'no'} ${what}, its certificate says otherwise`];
  return Object.keys(saved).flatMap((key) => {
    const [a, b] = [saved[key] ?? null, found[key] ?? null];
    return a === b ? [] : [`${what}: ${key.replaceAll('_', ' ')} is ${b ?? 'unknown'}, not ${a ?? 'unknown'}`];
  });
}

/** What differs between a certificate and the same file and tracks measured now. Pure. */
export function compareCertificates(saved: Certificate, now: Certificate): string[] {
  return [...compareSources(saved, now), ...compareSync(saved.sync, now.sync), ...compareGaps(saved, now)];
}

function compareSources(saved: Certificate, now: Certificate): string[] {
  const found = new Map(now.sources.map((source) => [source.track_id, source]));
  return saved.sources.flatMap(({ track_id, kind, captured, used }) => {
    const source = found.get(track_id);
    const unit = kind === 'video' ? 'frames' : 'packets';
    if (!source) return [`track ${track_id} is not among its tracks any more`];
    return [
      ...(source.captured === captured ? [] : [`track ${track_id} has ${source.captured} ${unit}, not ${captured}`]),
      ...(source.used === used ? [] : [`${source.used} ${unit} of track ${track_id} are in it, not ${used}`]),
    ];
  });
}

function compareSync(saved: Certificate['sync'], now: Certificate['sync']): string[] {
  return [
    ...differences('offset of sound to picture', saved.av_offset_ms, now.av_offset_ms, 'ms'),
    ...(['frames', 'mean_ms', 'p95_ms', 'worst_ms'] as const).flatMap((key) =>
      differences(`lateness of pictures (${key})`, saved.picture?.[key] ?? null, now.picture?.[key] ?? null, ''),
    ),
  ];
}

function compareGaps(saved: Certificate, now: Certificate): string[] {
  const count = (certificate: Certificate): number => certificate.gaps.length + certificate.more_gaps;
  if (count(saved) !== count(now)) return [`its tracks have ${count(now)} gaps, not ${count(saved)}`];
  const changed = saved.gaps.findIndex((gap, i) => JSON.stringify(gap) !== JSON.stringify(now.gaps[i]));
  const gap = saved.gaps[changed];
  return gap ? [`the gap of track ${gap.track_id} at ${gap.from_ms} ms is not as it was`] : [];
}

function differences(what: string, saved: number | null, found: number | null, unit: string): string[] {
  if (saved === found || (saved !== null && found !== null && Math.abs(saved - found) <= TOLERANCE_MS)) return [];
  const say = (value: number | null): string => (value === null ? 'not measured' : `${value} ${unit}`.trim());
  return [`${what} is ${say(found)}, not ${say(saved)}`];
}

/** Null where sound and picture are together as programmes want them (EBU R37). */
export function lipSyncProblem({ sync: { av_offset_ms: offset } }: Certificate): string | null {
  if (offset === null || (offset >= -LIP_SYNC_LEAD_MS && offset <= LIP_SYNC_LAG_MS)) return null;
  return `its sound is ${Math.abs(offset)} ms ${offset > 0 ? 'after' : 'before'} its picture`;
}
