/** Somebody's initials in a circle. */
import styles from "./Face.module.css";

export function initials(name: string): string {
  const parts = name.split(/[\s@.]+/).filter(Boolean);
  return parts
    .slice(0, 2)
    .map((part) => part[0]?.toUpperCase() ?? "")
    .join("");
}

export function Face({ name, size = 28 }: { name: string; size?: number }) {
  return (
    <span
      className={styles.face}
      style={{ width: size, height: size, fontSize: Math.round(size * 0.4) }}
      aria-hidden
    >
      {initials(name)}
    </span>
  );
}
