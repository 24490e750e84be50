import type { CardSpec } from '../../src-main/contract/cards.ts';
import { drawCard } from './draw.ts';

/** A drawn card as it crosses to main. */
interface DrawnCard {
  width: number;
  height: number;
  /** Base64 of a PNG with alpha. */
  png: string;
}

declare global {
  interface Window {
    renderCard: (spec: CardSpec) => Promise<DrawnCard>;
  }
}

window.renderCard = async (spec) => {
  const canvas = drawCard(spec);
  const blob = await canvas.convertToBlob({ type: 'image/png' });
  return { width: canvas.width, height: canvas.height, png: base64(new Uint8Array(await blob.arrayBuffer())) };
};

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
