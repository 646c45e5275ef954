/** Something to know before going on, on a ground of its tone. */
import type { ReactNode } from "react";
import styles from "./Note.module.css";

interface NoteProps {
  title?: ReactNode;
  tone?: "warn" | "bad";
  children?: ReactNode;
}

export function Note({ title, tone = "warn", children }: NoteProps) {
  return (
    <div className={styles.note} data-tone={tone} role="note">
      {title ? <p className={styles.title}>{title}</p> : null}
      {children ? <div>{children}</div> : null}
    </div>
  );
}
