/** A page: its heading, what can be done, its body; says when it is ready and names the tab. */
import { Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import styles from "./Page.module.css";

interface PageProps {
  title: string;
  /** One line below the title. */
  about?: ReactNode;
  /** Buttons at the right. */
  actions?: ReactNode;
  /** Where this page lies in another: a link back. */
  above?: ReactNode;
  /** A picture beside the title, such as somebody's face. */
  mark?: ReactNode;
  /** Whether what the page is about has come; tests and timings wait for it. */
  ready?: boolean;
  /** Full width, for lists, editors and threads. */
  wide?: boolean;
  children: ReactNode;
}

/** Name the tab, and say when what a page is about has come. */
export function useReady(title: string, ready: boolean) {
  useEffect(() => {
    document.title = `${title} · Maracuja`;
  }, [title]);
  useEffect(() => {
    if (ready) {
      document.documentElement.dataset.ready = window.location.pathname;
    }
    return () => {
      delete document.documentElement.dataset.ready;
    };
  }, [ready]);
}

export function Page(props: PageProps) {
  const { title, about, actions, above, mark, ready = true, wide, children } = props;
  useReady(title, ready);
  return (
    <div className={styles.page} data-wide={wide || undefined}>
      <header className={styles.head}>
        <div className={styles.title}>
          {above ? <div className={styles.above}>{above}</div> : null}
          <div className={styles.named}>
            {mark}
            <div>
              <Title order={1}>{title}</Title>
              {about ? <p className={styles.about}>{about}</p> : null}
            </div>
          </div>
        </div>
        {actions ? <div className={`${styles.actions} no-print`}>{actions}</div> : null}
      </header>
      {children}
    </div>
  );
}
