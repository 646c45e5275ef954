/** A surface with a line around it and, mostly, a heading that says what it finds. */
import { Title } from "@mantine/core";
import type { ReactNode } from "react";
import styles from "./Card.module.css";

interface CardProps {
  title?: ReactNode;
  about?: ReactNode;
  actions?: ReactNode;
  /** Without room at the sides, for tables. */
  flush?: boolean;
  children?: ReactNode;
}

export function Card({ title, about, actions, flush, children }: CardProps) {
  return (
    <section className={styles.card} data-flush={flush || undefined}>
      {title || actions ? (
        <header className={styles.head}>
          <div>
            {title ? <Title order={2}>{title}</Title> : null}
            {about ? <p className={styles.about}>{about}</p> : null}
          </div>
          {actions ? <div className={styles.actions}>{actions}</div> : null}
        </header>
      ) : null}
      {children}
    </section>
  );
}
