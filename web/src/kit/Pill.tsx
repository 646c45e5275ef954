/** A word with a colour that means something: a state, a verdict. */
import type { ReactNode } from "react";
import styles from "./Pill.module.css";

export type Tone = "good" | "bad" | "warn" | "calm" | "accent";

export function Pill({ tone = "calm", children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span className={styles.pill} data-tone={tone}>
      {children}
    </span>
  );
}
