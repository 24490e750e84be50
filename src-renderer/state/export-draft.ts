import { parseClockText } from '../../src-main/contract/clock-text.ts';
import type { ExportOptions } from '../../src-main/contract/export.ts';
import { texts } from '../../src-main/contract/texts/index.ts';

/** What the export dialog holds while it is filled in; times as they are typed, empty for the recording's own. */
export interface ExportDraft {
  sessionId: string;
  soundOnly: boolean;
  layout: ExportOptions['layout'];
  size: SizeName;
  without: ReadonlySet<string>;
  from: string;
  to: string;
  /** To -16 LUFS, as players like it. */
  louder: boolean;
  /** Where the preview looks, seconds from the composite's start. */
  atS: number;
}

export type SizeName = keyof typeof texts.files.sizes;

/** EBU R128, for players and phones. */
const PLAYER_LUFS = -16;

export const exportDraft = (sessionId: string, atS: number): ExportDraft => ({
  ...{ sessionId, soundOnly: false, layout: 'grid', size: '1280x720', without: new Set(), from: '', to: '' },
  ...{ louder: false, atS },
});

/** What of the draft is wrong, as a sentence; null: it can be exported. */
export function exportProblem({ from, to, without }: ExportDraft, people: number): string | null {
  const [fromS, toS] = [timeOf(from), timeOf(to)];
  if (fromS === undefined || toS === undefined) return texts.exports.problems.times;
  if (fromS !== null && toS !== null && fromS >= toS) return texts.exports.problems.order;
  if (people > 0 && without.size >= people) return texts.exports.problems.nobody;
  return null;
}

/** Null where the draft cannot be exported. */
export function exportOptions(draft: ExportDraft, people: number): ExportOptions | null {
  if (exportProblem(draft, people) !== null) return null;
  const [width = 1280, height = 720] = draft.size.split('x').map(Number);
  return {
    ...{ soundOnly: draft.soundOnly, layout: draft.layout, width, height },
    withoutPeers: [...draft.without],
    fromS: timeOf(draft.from) ?? null,
    toS: timeOf(draft.to) ?? null,
    loudnessLufs: draft.louder ? PLAYER_LUFS : null,
  };
}

/** Seconds; null where nothing is typed, undefined for what is no time. */
function timeOf(text: string): number | null | undefined {
  if (text.trim() === '') return null;
  return parseClockText(text) ?? undefined;
}
