/** How a number went over days, small enough to stand in a row. */
import styles from "./Sparkline.module.css";

const WIDTH = 120;
const HEIGHT = 24;

/** The line's points, the highest at the top; a flat row of zeros lies at the bottom. */
export function points(values: readonly number[], width = WIDTH, height = HEIGHT): string {
  const most = Math.max(...values, 1);
  const step = width / Math.max(values.length - 1, 1);
  return values
    .map((value, n) => `${(n * step).toFixed(1)},${(height - (value / most) * height).toFixed(1)}`)
    .join(" ");
}

interface SparklineProps {
  values: readonly number[];
  /** What it shows, for those who do not see it. */
  label: string;
}

export function Sparkline({ values, label }: SparklineProps) {
  return (
    <svg
      viewBox={`-1 -2 ${WIDTH + 2} ${HEIGHT + 4}`}
      width={WIDTH}
      height={HEIGHT + 4}
      role="img"
      aria-label={label}
      className={styles.spark}
    >
      <title>{label}</title>
      <polyline points={points(values)} />
    </svg>
  );
}
