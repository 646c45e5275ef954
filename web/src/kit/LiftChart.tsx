/** Effects with their intervals, one row each, around the line of no effect. */
import { Link } from "react-router";
import { change } from "~/app/format";
import styles from "./LiftChart.module.css";

export interface Lift {
  name: string;
  /** Where its name leads. */
  to?: string;
  /** An effect and the ends of its interval; a relative change is 0.124 for +12.4 %. */
  effect: number;
  low: number;
  high: number;
}

/** An interval across zero is neither a win nor a loss. */
export function side(lift: Pick<Lift, "low" | "high">): -1 | 0 | 1 {
  return lift.low > 0 ? 1 : lift.high < 0 ? -1 : 0;
}

const WIDTH = 640;
const ROW = 38;
const TICKS = 5;

/** Round ends around all intervals and zero, and the ticks between. */
export function scale(lifts: readonly Lift[]): { from: number; to: number; ticks: number[] } {
  const low = Math.min(0, ...lifts.map((lift) => lift.low));
  const high = Math.max(0, ...lifts.map((lift) => lift.high));
  const rough = (high - low || 0.1) / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? rough;
  const from = Math.floor(low / step) * step;
  const to = Math.ceil(high / step) * step;
  const count = Math.round((to - from) / step);
  return { from, to, ticks: Array.from({ length: count + 1 }, (_, n) => from + n * step) };
}

interface LiftChartProps {
  lifts: readonly Lift[];
  label: string;
  /** How a value is written, and shorter beside the ticks. */
  show?: (value: number) => string;
  tick?: (value: number) => string;
}

export function LiftChart(props: LiftChartProps) {
  const { lifts, label, show = change, tick: write = (value) => change(value, 0) } = props;
  const { from, to, ticks } = scale(lifts);
  const x = (value: number) => ((value - from) / (to - from)) * WIDTH;
  const height = lifts.length * ROW;
  return (
    <figure className={styles.chart} aria-label={label}>
      <ul className={styles.names}>
        {lifts.map(({ name, to }) => (
          <li key={name} title={name}>
            {to ? <Link to={to}>{name}</Link> : name}
          </li>
        ))}
      </ul>
      <div className={styles.plot}>
        <svg
          viewBox={`0 0 ${WIDTH} ${height}`}
          preserveAspectRatio="none"
          height={height}
          aria-hidden
        >
          {ticks.map((tick) => (
            <line
              key={tick}
              x1={x(tick)}
              x2={x(tick)}
              y1={0}
              y2={height}
              className={styles.grid}
            />
          ))}
          <line x1={x(0)} x2={x(0)} y1={0} y2={height} className={styles.zero} />
        </svg>
        {lifts.map((lift, n) => (
          <div
            key={lift.name}
            className={styles.row}
            style={{ top: n * ROW }}
            data-side={side(lift)}
          >
            <span
              className={styles.bar}
              style={{
                left: `${(x(lift.low) / WIDTH) * 100}%`,
                right: `${100 - (x(lift.high) / WIDTH) * 100}%`,
              }}
            />
            <span className={styles.dot} style={{ left: `${(x(lift.effect) / WIDTH) * 100}%` }} />
          </div>
        ))}
        <div className={`${styles.ticks} number`} aria-hidden>
          {ticks.map((tick) => (
            <span key={tick} style={{ left: `${(x(tick) / WIDTH) * 100}%` }}>
              {write(tick)}
            </span>
          ))}
        </div>
      </div>
      <ul className={`${styles.figures} number`}>
        {lifts.map((lift) => (
          <li key={lift.name} data-side={side(lift)}>
            <span className={styles.again} aria-hidden>
              {lift.name}:{" "}
            </span>
            <b>{show(lift.effect)}</b> [{show(lift.low)}, {show(lift.high)}]
          </li>
        ))}
      </ul>
    </figure>
  );
}
