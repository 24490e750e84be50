import {
  EncodedPacketSink,
  FilePathSource,
  Input,
  MATROSKA,
  WEBM,
  type EncodedPacket,
  type InputTrack,
} from 'mediabunny';

/** A captured track's Matroska file, open for reading. It may have been cut off at any byte. */
export interface OpenTrack {
  track: InputTrack;
  sink: EncodedPacketSink;
  close(): void;
}

/** Opens a track file; null where it holds no track yet (a crash before the first frame was on disk). */
export async function openTrack(file: string): Promise<OpenTrack | null> {
  const input = new Input({ source: new FilePathSource(file), formats: [MATROSKA, WEBM] });
  try {
    const [track] = await input.getTracks();
    if (track) return { track, sink: new EncodedPacketSink(track), close: () => input.dispose() };
  } catch {
    // Not even the header is there: what was never written cannot be shown.
  }
  input.dispose();
  return null;
}

/** All packets in decode order; ends at the first place from which the file cannot be read on. */
export async function* readPackets(
  open: OpenTrack,
  from?: EncodedPacket,
): AsyncGenerator<EncodedPacket, void, undefined> {
  const packets = open.sink.packets(from);
  for (;;) {
    let next: IteratorResult<EncodedPacket, void>;
    try {
      next = await packets.next();
    } catch {
      // The cut-off or damaged rest of a file; everything before it is used.
      return;
    }
    if (next.done) return;
    yield next.value;
  }
}
