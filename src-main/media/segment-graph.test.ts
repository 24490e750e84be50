import { expect, it } from 'vitest';
import { segmentArgs, type SegmentSpec } from './segment-graph.ts';

const BASE: SegmentSpec = {
  width: 640,
  height: 360,
  fps: 30,
  frames: 60,
  background: '0x111111',
  letterbox: '0x000000',
  layers: [],
  overlays: [],
};
const TILE = { x: 8, y: 8, width: 320, height: 180 };

it('lays tiles and labels on the canvas, each input once', () => {
  const { inputs, graph, outputs } = segmentArgs([
    {
      ...BASE,
      layers: [
        { ...TILE, parts: [{ kind: 'cut', file: 'a.mkv', startS: 1.5, frames: 60 }] },
        {
          ...TILE,
          x: 328,
          parts: [
            { kind: 'still', file: 'card.png', frames: 20 },
            { kind: 'cut', file: 'b.mkv', startS: 0, frames: 40 },
          ],
        },
      ],
      overlays: [{ file: 'label.png', x: 12, y: 160 }],
    },
  ]);
  expect(inputs.filter((_, i) => inputs[i - 1] === '-i')).toEqual(['a.mkv', 'b.mkv', 'card.png', 'label.png']);
  expect(graph).toContain('[0:v]trim=start=1.483333,setpts=round(PTS-1.500000/TB)[d0u0]');
  expect(graph).toContain('[d0u0]scale=');
  expect(graph).toContain('[l1p0][l1p1]concat=n=2:v=1:a=0');
  expect(graph).toContain('trim=end_frame=40');
  // The label is drawn on its tile, the tiles are laid side by side.
  expect(graph).toContain('[l0p0][aq0]overlay=4:152');
  expect(graph).toContain('[q0][l1]xstack=inputs=2:layout=8_8|328_8:fill=0x111111,pad=640:360:0:0:0x111111');
  expect(outputs).toEqual(['[canvas]']);
});

it('needs no canvas for one picture that fills it', () => {
  const whole = {
    x: 0,
    y: 0,
    width: 640,
    height: 360,
    parts: [{ kind: 'cut' as const, file: 'a.mkv', startS: 0, frames: 60 }],
  };
  const { graph, outputs } = segmentArgs([{ ...BASE, layers: [whole] }]);
  expect(graph).not.toContain('overlay');
  expect(outputs).toEqual(['[l0p0]']);
});

it('decodes once what two segments show', () => {
  const part = { kind: 'cut' as const, file: 'a.mkv', startS: 0.5, frames: 60 };
  const { inputs, graph, outputs } = segmentArgs([
    { ...BASE, layers: [{ x: 0, y: 0, width: 640, height: 360, parts: [part] }] },
    { ...BASE, layers: [{ ...TILE, parts: [part] }] },
  ]);
  expect(inputs.filter((_, i) => inputs[i - 1] === '-i')).toEqual(['a.mkv']);
  expect(graph).toContain('split=2[d0u0][d0u1]');
  expect(outputs).toEqual(['[s0l0p0]', '[s1canvas]']);
});
