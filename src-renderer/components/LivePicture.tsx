import { useEffect, useRef, useState, type ReactNode } from 'react';
import styles from './LivePicture.module.css';

/** Without a new picture for so long, what is shown is not what happens. */
const STALE_MS = 3000;

export interface LivePictureProps {
  /** Null: nothing is sent now. */
  trackId: string | null;
  /** For those who cannot see it. */
  label: string;
  see: (trackId: string, show: (jpeg: Uint8Array) => void) => () => void;
  /** In the place of a picture that is not there. */
  children?: ReactNode;
}

/** What a live track shows, as long as it is on the screen; pictures go past React, many times a second. */
export function LivePicture({ trackId, label, see, children }: LivePictureProps) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [fresh, setFresh] = useState(false);
  useEffect(() => {
    const [element, screen] = [box.current, canvas.current];
    if (trackId === null || !element || !screen) return;
    let stop: (() => void) | null = null;
    let stale: ReturnType<typeof setTimeout> | undefined;
    const show = (jpeg: Uint8Array): void => {
      void draw(screen, jpeg).then((drawn) => {
        if (!drawn || stop === null) return;
        setFresh(true);
        clearTimeout(stale);
        stale = setTimeout(() => setFresh(false), STALE_MS);
      });
    };
    const observer = new IntersectionObserver(([entry]) => {
      const visible = entry?.isIntersecting === true;
      if (visible) stop ??= see(trackId, show);
      else {
        stop?.();
        stop = null;
      }
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      clearTimeout(stale);
      stop?.();
      stop = null;
      setFresh(false);
    };
  }, [trackId, see]);
  return (
    <div ref={box} className={styles.box} data-fresh={fresh}>
      <canvas ref={canvas} className={styles.picture} role="img" aria-label={label} hidden={!fresh} />
      {!fresh && <div className={styles.instead}>{children}</div>}
    </div>
  );
}

/** @returns whether it is a picture. */
async function draw(canvas: HTMLCanvasElement, jpeg: Uint8Array): Promise<boolean> {
  const bitmap = await createImageBitmap(new Blob([new Uint8Array(jpeg)], { type: 'image/jpeg' })).catch(() => null);
  if (bitmap === null) return false;
  if (canvas.width !== bitmap.width) canvas.width = bitmap.width;
  if (canvas.height !== bitmap.height) canvas.height = bitmap.height;
  canvas.getContext('bitmaprenderer')?.transferFromImageBitmap(bitmap);
  return true;
}
