import type { ReactNode } from 'react';
import styles from './Page.module.css';

export interface PageProps {
  title: ReactNode;
  /** Right of the title. */
  tools?: ReactNode;
  /** Between the head and what scrolls. */
  notice?: ReactNode;
  /** What stays at the bottom. */
  footer?: ReactNode;
  /** The list scrolls by itself: no padding, no scroll bar of the page. */
  flush?: boolean;
  /** The body has nothing that takes the keyboard: it does itself, so that it can be scrolled by keys. */
  plain?: boolean;
  children: ReactNode;
}

/** The frame of every screen: a head that stays, a body that scrolls. */
export function Page({ title, tools, notice, footer, flush = false, plain = false, children }: PageProps) {
  return (
    <main className={styles.page}>
      <header className={styles.head}>
        <div className={styles.title}>{typeof title === 'string' ? <h1 className="clip">{title}</h1> : title}</div>
        {tools !== undefined && <div className={styles.tools}>{tools}</div>}
      </header>
      {notice !== undefined && <div className={styles.notice}>{notice}</div>}
      <div className={styles.body} data-flush={flush} {...(plain ? { tabIndex: 0 } : {})}>
        {children}
      </div>
      {footer !== undefined && <footer className={styles.footer}>{footer}</footer>}
    </main>
  );
}
