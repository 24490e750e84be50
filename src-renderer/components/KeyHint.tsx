import styles from './KeyHint.module.css';

/** A key as it is printed on the keyboard. */
export const KeyHint = ({ children }: { children: string }) => <kbd className={styles.key}>{children}</kbd>;
