/** Long work with its progress, wherever one is: launches, imports, erasures, while they go on. */
import { Popover, Progress, UnstyledButton } from "@mantine/core";
import { IconLoader2 } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, body, type Schemas } from "~/api/client";
import { whole } from "./format";
import { useMay } from "./session";
import styles from "./Work.module.css";

type Piece = Schemas["WorkShown"];

const LOOK_MS = 4_000; // while something goes on; else the line tells
const GOING: readonly string[] = ["deciding", "sending", "obeying"];

export default function Work({ narrow = false }: { narrow?: boolean }) {
  const { t } = useTranslation();
  const may = useMay("content", 1);
  const { data } = useQuery({
    queryKey: ["work"],
    queryFn: () => body(api.GET("/api/work", { params: { query: { limit: 20 } } })),
    enabled: may,
    refetchInterval: ({ state }) => (state.data?.items.some(isGoing) ? LOOK_MS : false),
  });
  const going = data?.items.filter(isGoing) ?? [];
  if (going.length === 0) {
    return null;
  }
  const label = t("work.count", { count: going.length });
  return (
    <Popover position="right-end" width={300} shadow="md" withArrow>
      <Popover.Target>
        <UnstyledButton className={styles.work} aria-label={label}>
          <IconLoader2 size={16} className={styles.turning} aria-hidden />
          {narrow ? null : <span>{label}</span>}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <ul className={styles.pieces}>
          {going.map((piece) => (
            <li key={`${piece.kind} ${piece.number}`}>
              <Shown piece={piece} />
            </li>
          ))}
        </ul>
      </Popover.Dropdown>
    </Popover>
  );
}

/** A campaign with a trigger is never over: it is at work while it has something to send. */
const isGoing = ({ kind, doing, done, total }: Piece) =>
  GOING.includes(doing) && (kind !== "campaign" || done < total);

function Shown({ piece }: { piece: Piece }) {
  const { t, i18n } = useTranslation();
  const { kind, subject, doing, done, total } = piece;
  const name = i18n.exists(`work.kind.${kind}`) ? t(`work.kind.${kind}`, { subject }) : kind;
  const measured = total > 1;
  return (
    <>
      <div className={styles.line}>
        {kind === "campaign" ? (
          <Link to={`/campaigns/${encodeURIComponent(subject)}`}>{subject}</Link>
        ) : (
          <span>{name}</span>
        )}
        <span className={`${styles.quiet} number`}>
          {measured ? t("work.of", { done: whole(done), total: whole(total) }) : null}
        </span>
      </div>
      <Progress
        value={measured ? (100 * done) / total : 100}
        animated={!measured}
        size="sm"
        aria-label={name}
      />
      <span className={styles.quiet}>{t(`work.doing.${doing}`)}</span>
    </>
  );
}
