import { toRollcallError } from './contract/errors.ts';
import type { Emit } from './contract/events.ts';
import type { SessionHandle } from './contract/session.ts';
import { ensurePreviews } from './library/previews.ts';
import type { Ffmpeg } from './media/ffmpeg.ts';

export interface MakePreviewsTools {
  ffmpeg(): Promise<Ffmpeg>;
  emit: Emit;
  signal: AbortSignal;
}

/**
 * Makes what is missing of the previews of a session's finished files. They are derived: what fails is said, fails
 * nothing else, and is tried again when somebody looks.
 */
export async function makePreviews(handle: SessionHandle, { ffmpeg, emit, signal }: MakePreviewsTools): Promise<void> {
  for (const output of handle.session.outputs) {
    if (signal.aborted) return;
    if (output.kind === 'chat') continue;
    try {
      await ensurePreviews({ sessionDir: handle.dir, output, ffmpeg: await ffmpeg(), signal });
    } catch (thrown) {
      const { code, message } = toRollcallError(thrown);
      if (code === 'CANCELLED') return;
      emit({ event: 'warning', code: 'PREVIEWS', message: `No previews of ${output.file}: ${message}` });
    }
  }
}
