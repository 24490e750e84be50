/** How far one file of a session is, while it is worked on. */
export interface FileProgress {
  outputId: string;
  step: 'making' | 'uploading';
  /** 0 to 1. */
  fraction: number;
  /** Of an upload, over its last seconds; null where nothing was sent yet. */
  bytesPerS: number | null;
  /** Seconds to its end at that rate. */
  etaS: number | null;
}

/** How far a session is, while it is worked on: all of its files that are. */
export interface SessionProgress {
  fraction: number;
  /** Of all its uploads together. */
  bytesPerS: number | null;
  etaS: number | null;
  files: FileProgress[];
}
