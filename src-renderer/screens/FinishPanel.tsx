import type { LiveOutput, LiveRecording, LiveUpload } from '../../src-main/contract/live.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import { EmptyState } from '../components/EmptyState.tsx';
import { Panel } from '../components/Panel.tsx';
import { ProgressRow } from '../components/ProgressRow.tsx';
import { formatBytes, formatPace } from '../state/format.ts';
import { OUTPUT_WORDS, UPLOAD_WORDS } from '../state/words.ts';
import { IconMovie } from '@tabler/icons-react';

/** After the call: each file being made, and each on its way to where it belongs. */
export function FinishPanel({ live }: { live: LiveRecording }) {
  const outputs = [...live.outputs].sort(compositeFirst);
  const ready = live.outputs.filter((output) => output.state === 'done').length;
  const delivered = live.uploads.filter((upload) => upload.state === 'delivered').length;
  return (
    <>
      <Panel title={texts.live.files.title} aside={texts.live.files.ready(ready, live.outputs.length)}>
        {live.outputs.length === 0 ? (
          <EmptyState
            icon={IconMovie}
            title={live.phase === 'finalizing' ? texts.live.files.looking : texts.live.files.none}
          >
            {live.phase === 'finalizing' ? texts.live.files.lookingNote : texts.live.files.noneNote}
          </EmptyState>
        ) : (
          <ul>
            {outputs.map((output) => (
              <OutputRow key={output.outputId} output={output} />
            ))}
          </ul>
        )}
      </Panel>
      {live.uploads.length > 0 && (
        <Panel title={texts.live.delivery.title} aside={texts.live.delivery.delivered(delivered, live.uploads.length)}>
          <ul>
            {live.uploads.map((upload) => (
              <UploadRow
                key={upload.outputId}
                upload={upload}
                output={live.outputs.find((each) => each.outputId === upload.outputId)}
              />
            ))}
          </ul>
        </Panel>
      )}
    </>
  );
}

const compositeFirst = (a: LiveOutput, b: LiveOutput): number =>
  Number(b.kind === 'composite') - Number(a.kind === 'composite');

const titleOf = (output: LiveOutput): string => (output.kind === 'composite' ? texts.outputs.composite : output.label);

const NOTES: Record<LiveOutput['kind'], string> = {
  composite: texts.outputs.compositeNote,
  stream: texts.outputs.streamNote,
  chat: texts.outputs.chatNote,
};

function OutputRow({ output }: { output: LiveOutput }) {
  return (
    <ProgressRow
      title={titleOf(output)}
      note={output.error?.message ?? NOTES[output.kind]}
      state={OUTPUT_WORDS[output.state]}
      progress={output.state === 'done' ? 1 : output.progress}
      amount={output.sizeBytes > 0 ? formatBytes(output.sizeBytes) : ''}
    />
  );
}

function UploadRow({ upload, output }: { upload: LiveUpload; output: LiveOutput | undefined }) {
  const sent = upload.state === 'delivered' ? upload.sizeBytes : upload.sentBytes;
  return (
    <ProgressRow
      title={(output && titleOf(output)) ?? upload.key.split('/').at(-1) ?? upload.key}
      note={upload.error?.message ?? upload.key}
      state={UPLOAD_WORDS[upload.state]}
      progress={upload.state === 'delivered' ? 1 : upload.sizeBytes === 0 ? null : upload.sentBytes / upload.sizeBytes}
      amount={
        upload.state === 'uploading'
          ? texts.progress.ofWhole(formatBytes(sent), formatBytes(upload.sizeBytes))
          : formatBytes(upload.sizeBytes)
      }
      pace={upload.state === 'uploading' ? formatPace(upload.bytesPerS, upload.etaS) : null}
    />
  );
}
