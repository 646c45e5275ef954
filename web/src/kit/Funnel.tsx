/** Steps that fewer and fewer people take: how many, and what share of those before. */
import type { ReactNode } from "react";
import { Link } from "react-router";
import { share, whole } from "~/app/format";
import styles from "./Funnel.module.css";

export interface Step {
  name: string;
  /** null: nothing tells. */
  count: number | null;
  /** Of which number it is a share, in words: "of those sent to". */
  of?: { count: number; words: string };
  /** The people behind it. */
  to?: string;
  note?: ReactNode;
}

export function Funnel({ label, steps }: { label: string; steps: readonly Step[] }) {
  const most = Math.max(1, ...steps.map(({ count }) => count ?? 0));
  return (
    <ol className={styles.funnel} aria-label={label}>
      {steps.map(({ name, count, of, to, note }) => (
        <li key={name}>
          <span className={styles.name}>{name}</span>
          <span className={styles.track} aria-hidden>
            <span className={styles.bar} style={{ width: `${((count ?? 0) / most) * 100}%` }} />
          </span>
          <span className={`${styles.count} number`}>
            {count === null ? "–" : to ? <Link to={to}>{whole(count)}</Link> : whole(count)}
          </span>
          <span className={styles.note}>
            {note ??
              (of && count !== null && of.count > 0 ? (
                <>
                  {share(count / of.count)} {of.words}
                </>
              ) : null)}
          </span>
        </li>
      ))}
    </ol>
  );
}
