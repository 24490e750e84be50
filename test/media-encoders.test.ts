import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFiles } from '../src-main/finish.ts';
import { Encoders } from '../src-main/media/encoders.ts';
import { FfmpegRunner } from '../src-main/media/ffmpeg.ts';
import { SessionManifest } from '../src-main/recording/manifest.ts';
import { FakeCards, FFMPEG, ffmpeg, tempDir } from './media-fixtures.ts';
import { PlayedCall } from './played-call.ts';
import { decodeErrors, frameRateBreaks } from './support/media-checks.ts';

let dir = '';
let remove = async (): Promise<void> => undefined;
beforeEach(async () => ({ dir, remove } = await tempDir()));
afterEach(() => remove());

/**
 * An ffmpeg on a machine with a graphics processor: its `h264_nvenc` is libx264 at its quickest, and fails from the
 * `fails`th run on, as drivers do. Every command is kept in a file.
 */
async function withNvenc(fails: number): Promise<{ runner: FfmpegRunner; commands: () => Promise<string[]> }> {
  const [script, log] = [join(dir, 'ffmpeg'), join(dir, 'commands.txt')];
  await writeFile(log, '');
  await writeFile(
    script,
    `#!/bin/bash
echo "$*" | tr '\\n' ' ' >> ${log}; echo >> ${log}
args=(); hardware=0
for arg in "$@"; do
  case "$arg" in h264_nvenc) hardware=1; args+=(libx264);; p4) args+=(ultrafast);; -cq) args+=(-crf);; vbr|-rc) ;; *) args+=("$arg");; esac
done
if [ $hardware = 1 ] && [ "$(grep -c h264_nvenc ${log})" -ge ${fails} ]; then echo "no device" >&2; exit 1; fi
exec ${FFMPEG} "\${args[@]}"
`,
  );
  await chmod(script, 0o755);
  const commands = async (): Promise<string[]> => (await readFile(log, 'utf8')).split('\n').filter(Boolean);
  return { runner: new FfmpegRunner(script, 5), commands };
}

describe.runIf(process.platform === 'linux')('Encoders', () => {
  it('takes none whose name is all that there is', async () => {
    const encoders = new Encoders();
    expect(await encoders.choose(ffmpeg, 'software')).toBe('libx264');
    const troubles: string[] = [];
    const named = new Encoders({ onTrouble: (message) => troubles.push(message) });
    expect(await named.choose(ffmpeg, 'h264_amf')).toBe('libx264');
    expect(troubles[0]).toContain('h264_amf');
  });

  it('goes on with libx264 where the hardware fails in the middle of a job', async () => {
    const to = join(dir, 'call');
    const tracks = [
      {
        kind: 'video' as const,
        colour: '#1f8a3b',
        at: 300,
        keyEvery: 90,
        sizes: [[25, 640, 360]] as [number, number, number][],
      },
      { kind: 'audio' as const, seconds: 25, tone: 930, at: 300 },
    ];
    const peer = { id: 'ann', name: 'Ann', streams: [{ type: 'regular' as const, tracks }] };
    await (await PlayedCall.begin([peer], join(dir, 'full'), to)).playTo(60_000);
    // The first is the trial, the second makes a piece, the third fails.
    const { runner, commands } = await withNvenc(3);
    const handle = await SessionManifest.open(to);
    await handle.update((draft) => (draft.settings.encoding = { encoder: 'h264_nvenc' }));
    const troubles: string[] = [];
    const error = await makeFiles(handle, {
      ffmpeg: () => Promise.resolve(runner),
      cards: new FakeCards(),
      encoders: new Encoders({ onTrouble: (message) => troubles.push(message) }),
      emit: () => undefined,
      signal: new AbortController().signal,
    });
    expect(error).toBeNull();
    expect(troubles).toHaveLength(1);
    expect((await commands()).filter((line) => line.includes('h264_nvenc')).length).toBeGreaterThanOrEqual(3);
    for (const { file, state } of handle.session.outputs) {
      expect(state).toBe('done');
      expect(await decodeErrors(join(to, file))).toBe('');
      expect(await frameRateBreaks(join(to, file), 30)).toEqual([]);
    }
  });
});
