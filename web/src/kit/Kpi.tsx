/** A finding in large: what it is, the figure, what to think of it, and how sure that is. */
import type { ReactNode } from "react";
import { Link } from "react-router";
import styles from "./Kpi.module.css";

interface KpiProps {
  label: string;
  value: ReactNode;
  /** A verdict or a change, as a pill. */
  verdict?: ReactNode;
  /** The interval or the whole it is a part of. */
  note?: ReactNode;
  /** The people behind the number. */
  to?: string;
}

export function Kpi({ label, value, verdict, note, to }: KpiProps) {
  const figure = <span className={`${styles.value} number`}>{value}</span>;
  return (
    <div className={styles.kpi}>
      <div className={styles.label}>{label}</div>
      <div className={styles.row}>
        {to ? (
          <Link to={to} className={styles.link}>
            {figure}
          </Link>
        ) : (
          figure
        )}
        {verdict}
      </div>
      {note ? <div className={`${styles.note} number`}>{note}</div> : null}
    </div>
  );
}

/** Findings side by side. */
export function Kpis({ children }: { children: ReactNode }) {
  return <div className={styles.kpis}>{children}</div>;
}
