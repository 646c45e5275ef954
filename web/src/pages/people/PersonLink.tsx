/** Somebody in a list: their face and name, which lead to their profile. */
import { Link } from "react-router";
import { Face } from "~/kit/Face";
import styles from "./PersonLink.module.css";

interface PersonLinkProps {
  pid: number;
  name: string;
  /** Shown below the name where the list has no room for its column. */
  below: string;
}

export function PersonLink({ pid, name, below }: PersonLinkProps) {
  return (
    <span className={styles.person}>
      <Face name={name} size={26} />
      <span className={styles.words}>
        <Link to={`/people/${pid}`}>{name}</Link>
        {below && below !== name ? <span className={styles.below}>{below}</span> : null}
      </span>
    </span>
  );
}
