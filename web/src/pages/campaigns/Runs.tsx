/** The runs of a campaign: how far each is, in figures that move while it sends. */
import { Progress, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ago, moment, whole } from "~/app/format";
import { useMember } from "~/app/session";
import { Card } from "~/kit/Card";
import styles from "./campaigns.module.css";
import { isLive, type Run } from "./data";
import { State } from "./State";

const SHOWN = 5;
/** States of messages that are over, well or not. */
const OVER = ["sent", "unknown", "failed", "expired", "withdrawn", "dead"];

/** How much of a run is done (0..1): its parts are decided, then its messages leave. */
export function progressOf(run: Run): number {
  if (!isLive(run.state)) {
    return 1;
  }
  const all = Object.values(run.messages).reduce((sum, n) => sum + n, 0);
  const over = OVER.reduce((sum, state) => sum + (run.messages[state] ?? 0), 0);
  const decided = run.parts ? run.parts_decided / run.parts : 0;
  return all + run.waiting > 0 ? decided * (over / (all + run.waiting)) : decided;
}

/** Whether there is any progress to tell. */
const begun = (run: Run) => run.launched !== null || run.state === "launching";

export function Runs({ runs }: { runs: readonly Run[] }) {
  const { t } = useTranslation("campaigns");
  return (
    <Card flush title={t("runs.title")} about={t("runs.count", { count: runs.length })}>
      <div aria-live="polite" style={{ marginTop: 12 }}>
        {runs.slice(0, SHOWN).map((run) => (
          <OneRun key={run.run} run={run} />
        ))}
      </div>
      {runs.length > SHOWN ? (
        <details className={styles.run}>
          <summary>{t("runs.earlier", { count: runs.length - SHOWN })}</summary>
          {runs.slice(SHOWN).map((run) => (
            <OneRun key={run.run} run={run} />
          ))}
        </details>
      ) : null}
    </Card>
  );
}

function OneRun({ run }: { run: Run }) {
  const { t, i18n } = useTranslation("campaigns");
  const { shop } = useMember();
  const live = isLive(run.state);
  const states = Object.entries(run.messages).filter(([, n]) => n > 0);
  return (
    <article className={styles.run}>
      <header>
        <b>{moment(run.launched ?? run.planned, shop.time_zone)}</b>
        <State of={run.state} />
      </header>
      {run.held ? (
        <Text c="var(--warn)">
          <b>{t("runs.held")}</b> {run.held}
        </Text>
      ) : null}
      {run.state === "scheduled" ? (
        <Text>
          {new Date(run.planned) > new Date()
            ? t("runs.begins", { when: ago(run.planned) })
            : t("runs.soon")}
        </Text>
      ) : null}
      {live && begun(run) ? (
        <Progress
          value={progressOf(run) * 100}
          aria-label={t("runs.progress")}
          size="sm"
          {...(run.state === "sending" || run.state === "launching" ? { animated: true } : {})}
        />
      ) : null}
      <div className={`${styles.figures} number`}>
        {run.audience === null ? null : (
          <span>
            {t("runs.audience")} <b>{whole(run.audience)}</b>
          </span>
        )}
        {states.map(([state, n]) => (
          <span key={state}>
            {i18n.exists(`campaigns:message.${state}`) ? t(`message.${state}`) : state}{" "}
            <b>{whole(n)}</b>
          </span>
        ))}
        {run.waiting > 0 ? (
          <span>
            {t("runs.waiting")} <b>{whole(run.waiting)}</b>
          </span>
        ) : null}
        {run.finished ? (
          <span>{t("runs.finished", { at: moment(run.finished, shop.time_zone) })}</span>
        ) : null}
      </div>
    </article>
  );
}
