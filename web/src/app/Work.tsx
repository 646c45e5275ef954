/** Long work with its progress, wherever one is: launches, imports, erasures, while they go on. */
import { Popover, Progress, UnstyledButton } from "@mantine/core";
import { IconLoader2 } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { share, whole } from "./format";
import { isGoing, keyOf, type Piece, placeOf, useWork } from "./pieces";
import styles from "./Work.module.css";

export default function Work({ narrow = false }: { narrow?: boolean }) {
  const { t } = useTranslation();
  const going = useWork()?.filter(isGoing) ?? [];
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
            <li key={keyOf(piece)}>
              <Shown piece={piece} />
            </li>
          ))}
        </ul>
      </Popover.Dropdown>
    </Popover>
  );
}

function Shown({ piece }: { piece: Piece }) {
  const { t, i18n } = useTranslation();
  const { kind, subject, doing, done, total } = piece;
  const name = i18n.exists(`work.kind.${kind}`) ? t(`work.kind.${kind}`, { subject }) : kind;
  const to = placeOf(piece);
  const measured = total > 1;
  const far = () => {
    switch (kind) {
      case "import":
      case "demo": // in thousandths
        return share(done / total, 0);
      case "export": // nobody knows how many rows come
        return done ? t("work.rows", { count: done, n: whole(done) }) : null;
      default:
        return measured ? t("work.of", { done: whole(done), total: whole(total) }) : null;
    }
  };
  return (
    <>
      <div className={styles.line}>
        {to ? <Link to={to}>{name}</Link> : <span>{name}</span>}
        <span className={`${styles.quiet} number`}>{far()}</span>
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
