/** What a question found, a line each with its own state and buttons; or what is told of none. */
import type { UseQueryResult } from "@tanstack/react-query";
import { Fragment, type ReactNode } from "react";
import { Empty } from "~/kit/Empty";
import { Query } from "~/kit/Query";
import styles from "./settings.module.css";

interface LinesProps<T> {
  of: UseQueryResult<{ items: readonly T[] }>;
  /** How many are waited for. */
  rows: number;
  /** What is said where there is none, and what to do then. */
  none: string;
  fix: string;
  children: (one: T) => ReactNode;
}

export function Lines<T extends { id: string | number }>(props: LinesProps<T>) {
  const { of, rows, none, fix, children } = props;
  return (
    <Query of={of} rows={rows}>
      {({ items }) =>
        items.length ? (
          <ul className={styles.lines}>
            {items.map((one) => (
              <Fragment key={one.id}>{children(one)}</Fragment>
            ))}
          </ul>
        ) : (
          <Empty title={none}>{fix}</Empty>
        )
      }
    </Query>
  );
}
