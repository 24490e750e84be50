import type { RollcallEvent } from '../contract/events.ts';
import type { FileProgress, SessionProgress } from '../contract/progress.ts';

type Upload = Pick<Extract<RollcallEvent, { event: 'upload' }>, 'state' | 'sent' | 'size' | 'rate' | 'eta'>;

/** How far the work on one session is, from the events of that work. Pure but for what it remembers. */
export class ProgressOf {
  readonly #making = new Map<string, number>();
  readonly #uploads = new Map<string, Upload>();

  /** @returns whether it says something of how far the work is. */
  hear(event: RollcallEvent): boolean {
    switch (event.event) {
      case 'finalizing':
        this.#making.set(event.output_id, event.progress);
        return true;
      case 'output':
        this.#making.set(event.output_id, 1);
        return true;
      case 'upload':
        this.#uploads.set(event.output_id, event);
        return true;
      default:
        return false;
    }
  }

  /** Uploads where there are any, as they come after the files; null: nothing was heard of. */
  view(): SessionProgress | null {
    return this.#uploads.size > 0 ? this.#uploading() : this.#making.size > 0 ? this.#makingFiles() : null;
  }

  #makingFiles(): SessionProgress {
    const files = [...this.#making].map(([outputId, fraction]): FileProgress => {
      return { outputId, step: 'making', fraction, bytesPerS: null, etaS: null };
    });
    const fraction = files.reduce((sum, file) => sum + file.fraction, 0) / files.length;
    return { fraction, bytesPerS: null, etaS: null, files: files.filter((file) => file.fraction < 1) };
  }

  #uploading(): SessionProgress {
    const all = [...this.#uploads.values()];
    const size = all.reduce((sum, upload) => sum + upload.size, 0);
    const sent = all.reduce((sum, upload) => sum + sentOf(upload), 0);
    const rates = all.flatMap(({ state, rate }) => (state === 'uploading' && rate !== undefined ? [rate] : []));
    const bytesPerS = rates.length === 0 ? null : rates.reduce((sum, rate) => sum + rate, 0);
    const files = [...this.#uploads].flatMap(([outputId, upload]): FileProgress[] => {
      if (upload.state !== 'uploading') return [];
      const fraction = upload.size === 0 ? 0 : upload.sent / upload.size;
      return [{ outputId, step: 'uploading', fraction, bytesPerS: upload.rate ?? null, etaS: upload.eta ?? null }];
    });
    return {
      fraction: size === 0 ? 0 : sent / size,
      bytesPerS,
      etaS: bytesPerS === null ? null : Math.ceil((size - sent) / bytesPerS),
      files,
    };
  }
}

const sentOf = ({ state, sent, size }: Upload): number => (state === 'delivered' ? size : sent);
