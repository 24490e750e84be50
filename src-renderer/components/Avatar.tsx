import { initials } from '../state/format.ts';
import styles from './Avatar.module.css';

/** A disc with the initials of a name; the colour follows the id, so that it stays a person's own. */
export function Avatar({ name, seed, size = 32 }: { name: string; seed: string; size?: number }) {
  const hue = [...seed].reduce((sum, char) => (sum * 31 + (char.codePointAt(0) ?? 0)) % 360, 7);
  return (
    <span
      className={styles.avatar}
      aria-hidden
      style={{ width: size, height: size, fontSize: Math.round(size * 0.38), backgroundColor: `hsl(${hue} 38% 34%)` }}
    >
      {initials(name)}
    </span>
  );
}
