/** A list as a table: sorted by its headings, each row a link, more rows when they are asked for. */
import { Button, Checkbox, UnstyledButton } from "@mantine/core";
import { useIntersection } from "@mantine/hooks";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { Sideways } from "./Sideways";
import styles from "./Table.module.css";

export interface Column<Row> {
  key: string;
  label: string;
  show: (row: Row) => ReactNode;
  /** Right-aligned figures. */
  number?: boolean;
  /** Its heading is a button that sorts. */
  sorts?: boolean;
  width?: number | string;
  /** Its heading is only read aloud: a column of buttons. */
  quiet?: boolean;
  /** Left out on a telephone. */
  wide?: boolean;
}

export interface Order {
  by: string;
  down: boolean;
}

interface TableProps<Row> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  id: (row: Row) => string | number;
  to?: (row: Row) => string;
  order?: Order;
  onOrder?: (order: Order) => void;
  chosen?: ReadonlySet<string | number>;
  onChosen?: (ids: Set<string | number>) => void;
  /** What is shown instead of no rows. */
  empty?: ReactNode;
  /** `endless`: more rows are asked for as soon as the end comes into view. */
  more?: { has: boolean; busy: boolean; load: () => void; endless?: boolean };
}

/** The button for what follows; an endless list presses it by itself. */
export function More({
  busy,
  load,
  endless,
}: {
  busy: boolean;
  load: () => void;
  endless?: boolean;
}) {
  const { t } = useTranslation("kit");
  const { ref, entry } = useIntersection({ rootMargin: "400px" });
  const due = !!endless && !busy && !!entry?.isIntersecting;
  useEffect(() => {
    if (due) {
      load();
    }
  }, [due, load]);
  return (
    <div className={styles.more} ref={ref}>
      <Button variant="default" size="xs" loading={busy} onClick={load}>
        {t("more")}
      </Button>
    </div>
  );
}

export function Table<Row>(props: TableProps<Row>) {
  const { label, columns, rows, id, to, order, onOrder, chosen, onChosen, empty, more } = props;
  const { t } = useTranslation("kit");
  const go = useNavigate();
  if (rows.length === 0 && empty) {
    return empty;
  }
  const all = rows.map(id);
  const toggle = (ids: (string | number)[], on: boolean) => {
    const next = new Set(chosen);
    for (const one of ids) {
      on ? next.add(one) : next.delete(one);
    }
    onChosen?.(next);
  };
  return (
    <Sideways label={label}>
      <table className={styles.table} aria-label={label}>
        <thead>
          <tr>
            {chosen ? (
              <th className={styles.tick}>
                <Checkbox
                  size="xs"
                  aria-label={t("chooseAll")}
                  checked={all.length > 0 && all.every((one) => chosen.has(one))}
                  indeterminate={chosen.size > 0 && !all.every((one) => chosen.has(one))}
                  onChange={(event) => toggle(all, event.currentTarget.checked)}
                />
              </th>
            ) : null}
            {columns.map((column) => (
              <Heading key={column.key} column={column} order={order} onOrder={onOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const key = id(row);
            const address = to?.(row);
            return (
              <tr
                key={key}
                data-link={address ? "" : undefined}
                data-chosen={chosen?.has(key) || undefined}
                onClick={(event) => {
                  const hit = event.target as HTMLElement;
                  if (address && !hit.closest("a, button, input, label")) {
                    go(address);
                  }
                }}
              >
                {chosen ? (
                  <td className={styles.tick}>
                    <Checkbox
                      size="xs"
                      aria-label={t("choose", { name: String(key) })}
                      checked={chosen.has(key)}
                      onChange={(event) => toggle([key], event.currentTarget.checked)}
                    />
                  </td>
                ) : null}
                {columns.map((column) => (
                  <td
                    key={column.key}
                    className={column.number ? "number" : undefined}
                    data-number={column.number || undefined}
                    data-wide={column.wide || undefined}
                  >
                    {column.show(row)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
      {more?.has ? <More {...more} /> : null}
    </Sideways>
  );
}

interface HeadingProps<Row> {
  column: Column<Row>;
  order?: Order | undefined;
  onOrder?: ((order: Order) => void) | undefined;
}

function Heading<Row>({ column, order, onOrder }: HeadingProps<Row>) {
  const sorted = order?.by === column.key;
  const Arrow = order?.down ? IconArrowDown : IconArrowUp;
  return (
    <th
      scope="col"
      style={{ width: column.width }}
      data-number={column.number || undefined}
      data-wide={column.wide || undefined}
      aria-sort={sorted ? (order.down ? "descending" : "ascending") : undefined}
    >
      {column.sorts && onOrder ? (
        <UnstyledButton
          className={styles.sort}
          onClick={() => onOrder({ by: column.key, down: sorted ? !order.down : !!column.number })}
        >
          {column.label}
          {sorted ? <Arrow size={14} aria-hidden /> : null}
        </UnstyledButton>
      ) : (
        <span className={column.quiet ? "visually-hidden" : undefined}>{column.label}</span>
      )}
    </th>
  );
}
