/** The parts of a place, as links in a row: each is an address of its own. */
import { NavLink } from "react-router";
import styles from "./Sections.module.css";

export interface Section {
  to: string;
  label: string;
}

export function Sections({ label, of }: { label: string; of: readonly Section[] }) {
  return (
    <nav aria-label={label} className={`${styles.sections} no-print`}>
      {of.map(({ to, label: name }) => (
        <NavLink key={to} to={to} end className={styles.section}>
          {name}
        </NavLink>
      ))}
    </nav>
  );
}
