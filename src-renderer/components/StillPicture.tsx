import { useEffect, useRef } from 'react';
import styles from './StillPicture.module.css';

/** A picture that came as bytes, drawn as large as its place. */
export function StillPicture({ jpeg, label }: { jpeg: Uint8Array<ArrayBuffer>; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    let isGone = false;
    createImageBitmap(new Blob([jpeg], { type: 'image/jpeg' }))
      .then((bitmap) => {
        const target = canvas.current;
        if (isGone || target === null) return;
        [target.width, target.height] = [bitmap.width, bitmap.height];
        target.getContext('2d')?.drawImage(bitmap, 0, 0);
      })
      .catch((error: unknown) => console.warn('a picture could not be drawn', error));
    return () => {
      isGone = true;
    };
  }, [jpeg]);
  return <canvas ref={canvas} className={styles.picture} role="img" aria-label={label} />;
}
