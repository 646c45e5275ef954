/** An empty place that teaches: one sentence, one picture, one thing to do. */
import { Title } from "@mantine/core";
import type { ReactNode } from "react";
import styles from "./Empty.module.css";

interface EmptyProps {
  title: string;
  children?: ReactNode;
  /** The one primary button. */
  action?: ReactNode;
  picture?: ReactNode;
}

export function Empty({ title, children, action, picture }: EmptyProps) {
  return (
    <div className={styles.empty}>
      {picture ?? <Seeds />}
      <Title order={2}>{title}</Title>
      {children ? <p>{children}</p> : null}
      {action}
    </div>
  );
}

/** Half a fruit with room for seeds: the picture of what is still empty. */
function Seeds() {
  return (
    <svg viewBox="0 0 96 64" width={96} height={64} aria-hidden className={styles.picture}>
      <path d="M8 16a40 40 0 0 0 80 0z" className={styles.rind} />
      <path d="M16 16a32 32 0 0 0 64 0z" className={styles.pulp} />
      {[30, 42, 54, 66].map((x, n) => (
        <ellipse key={x} cx={x} cy={n % 2 ? 30 : 25} rx="2.6" ry="4" className={styles.seed} />
      ))}
    </svg>
  );
}
