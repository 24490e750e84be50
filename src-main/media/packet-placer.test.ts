import { describe, expect, it } from 'vitest';
import { opusPacketSamples } from './opus.ts';
import { fadeEdges, PacketPlacer } from './packet-placer.ts';
import { soundCodec } from './sound-codec.ts';

describe('opusPacketSamples', () => {
  it.each<[string, number[], number]>([
    ['CELT 20 ms', [0xfc, 1, 2], 960],
    ['CELT 2.5 ms', [0xe0], 120],
    ['SILK 60 ms', [3 << 3], 2880],
    ['hybrid 10 ms', [12 << 3], 480],
    ['two frames of 20 ms', [0xfd], 1920],
    ['six frames of 20 ms', [0xff, 6], 5760],
    ['more than 120 ms', [0xff, 7], 0],
    ['empty', [], 0],
  ])('%s', (_, bytes, samples) => expect(opusPacketSamples(Uint8Array.from(bytes))).toBe(samples));
});

describe('PacketPlacer', () => {
  const packet = Uint8Array.of(0xfc, 1, 2);
  const place = (times: number[]): string[] => {
    const placer = new PacketPlacer(soundCodec('opus'));
    const placed = times.flatMap((time) => placer.place(packet, time));
    placer.finish();
    return placed.map(
      ({ data, run }) =>
        `${run.gapBefore ? '|' : ''}${data === packet ? '' : 's'}${run.position}${run.gapAfter ? '|' : ''}`,
    );
  };

  it.each<[string, number[], string[]]>([
    ['timestamps rounded to 1 ms', [0, 960 + 24, 1920 - 24], ['|0', '960', '1920|']],
    ['one lost packet', [0, 1920], ['|0|', '|1920|']],
    ['mute: the decoder is reset', [0, 48000], ['|0', 's960|', '|48000|']],
    ['a doubled packet', [0, 0, 960], ['|0', '960|']],
    ['a late packet', [0, 960, 0, 1920], ['|0', '960', '1920|']],
    ['it starts anywhere', [4800], ['|4800|']],
  ])('%s', (_, times, expected) => expect(place(times)).toEqual(expected));
});

it('fades the edges that border on silence, in pieces too', () => {
  const run = { position: 0, samples: 960, gapBefore: true, gapAfter: true };
  const whole = new Float32Array(1920).fill(1);
  fadeEdges(whole, run, 0);
  expect([whole[0], whole[120], whole[240], whole[1000], whole[1918]]).toEqual([0, 0.5, 1, 1, Math.fround(1 / 120)]);
  const piece = new Float32Array(200).fill(1);
  fadeEdges(piece, run, 860);
  expect([...piece]).toEqual([...whole.subarray(1720)]);
});
