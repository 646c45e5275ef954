/** What the conditions come to while they are written: the sentence, how many, and who. */
import { Loader } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schemas } from "~/api/client";
import { moment, share, whole } from "~/app/format";
import { Card } from "~/kit/Card";
import { Face } from "~/kit/Face";
import { useFaultWords } from "~/kit/Fault";
import { calledShort } from "~/kit/PersonPicker";
import { useEventName, useTraitName } from "~/pages/people/words";
import { useAsked, useCount, useWhy } from "./asking";
import { useKnown } from "./known";
import { type Condition, conditionsOf, isGroup, kindOf, namesOf } from "./language";
import styles from "./segments.module.css";

interface LiveProps {
  where: readonly Condition[];
  says: string;
  /** Whether the conditions say something that cannot be counted. */
  wrong: boolean;
}

export function Live({ where, says, wrong }: LiveProps) {
  const { t } = useTranslation("segments");
  const asked = useAsked(where);
  const { enabled, found, error, busy } = useCount(wrong ? [] : asked);
  const fault = useFaultWords();
  return (
    <aside className={styles.live} aria-label={t("live")}>
      <Card>
        <div className={styles.count} aria-live="polite">
          {enabled && found ? (
            <Count of={found} />
          ) : (
            <p className={styles.muted}>
              {t(
                busy
                  ? "counting"
                  : wrong || (error && enabled)
                    ? "cannotCount"
                    : where.length
                      ? "unfinished"
                      : "none",
              )}
            </p>
          )}
          {busy ? <Loader size="xs" aria-hidden /> : null}
        </div>
        {says ? <p className={styles.says}>{says}</p> : null}
        {error && enabled ? <p className={styles.fault}>{fault(error).what}</p> : null}
      </Card>
      {enabled && found?.sample?.length ? <Sample where={asked} people={found.sample} /> : null}
    </aside>
  );
}

function Count({ of }: { of: Schemas["SegmentCounted"] }) {
  const { t } = useTranslation("segments");
  const rare = !of.exact && of.rare;
  return (
    <div>
      <div className={`${styles.figure} number`}>
        {of.exact ? whole(of.people) : rare ? "≈" : `≈ ${whole(of.people)}`}
      </div>
      <p className={`${styles.muted} number`}>
        {rare
          ? t("rare", { met: whole(of.met), asked: whole(of.asked) })
          : of.exact
            ? t("ofAll", {
                count: of.of,
                n: whole(of.of),
                share: share(of.of ? of.people / of.of : 0),
              })
            : t("margin", {
                low: whole(Math.max(0, of.people - of.margin)),
                high: whole(of.people + of.margin),
              })}
      </p>
    </div>
  );
}

interface SampleProps {
  where: readonly Condition[];
  people: readonly Schemas["Brief"][];
}

function Sample({ where, people }: SampleProps) {
  const { t } = useTranslation("segments");
  const why = useWhy(
    where,
    people.map((one) => one.pid),
  );
  const evidence = useEvidence();
  const byPid = new Map(why.data?.map((one) => [one.pid, evidence(where, one.conditions)]));
  return (
    <Card title={t("sample")} about={t("sampleAbout")}>
      <ul className={styles.sample}>
        {people.map((one) => (
          <li key={one.pid}>
            <Face name={calledShort(one)} />
            <div>
              <Link to={`/people/${one.pid}`}>{calledShort(one)}</Link>
              <p className={styles.why}>{byPid.get(one.pid)?.join(" · ")}</p>
            </div>
          </li>
        ))}
      </ul>
    </Card>
  );
}

const MOMENT = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}) UTC$/;

/** A moment in the reader's words. */
function evident(text: string): string {
  const [, date, time] = MOMENT.exec(text) ?? [];
  return date && time ? moment(`${date}T${time}Z`) : text;
}

/** What was found of somebody, by the conditions that held: "City: Kyiv". */
function useEvidence() {
  const { t } = useTranslation("people");
  const trait = useTraitName();
  const event = useEventName();
  const facts = useKnown().facts;
  const subject = (condition: Condition): string => {
    const kind = kindOf(condition);
    const names = namesOf(kind ? condition[kind] : "");
    if (kind === "trait") {
      return names.map(trait).join();
    }
    if (kind === "fact") {
      return facts.find((one) => one.name === names[0])?.called ?? names.join();
    }
    return kind === "sequence" || kind === "share"
      ? t(`segments:kind.${kind}`)
      : names.map(event).join(", ");
  };
  const of = (
    where: readonly Condition[],
    shown: readonly Schemas["ConditionShown"][],
  ): string[] =>
    shown.flatMap((one, n) => {
      const condition = where[n] ?? {};
      const kind = kindOf(condition);
      if (!one.held || kind === "none") {
        return [];
      }
      if (kind && isGroup(kind)) {
        return of(conditionsOf(condition[kind]), one.parts ?? []);
      }
      const bare = one.evidence.replace(/^[“«](.*)[”»]$/, "$1");
      const said = kind === "consent" ? t(`state.${bare}`) : evident(bare);
      return said ? [`${subject(condition)}: ${said}`] : [];
    });
  return of;
}
