/** What a campaign changed, as intervals: over all, by variant, by kind of people. */
import { useTranslation } from "react-i18next";
import { change, share } from "~/app/format";
import { Card } from "~/kit/Card";
import { useChannelName } from "~/kit/channels";
import { LiftChart } from "~/kit/LiftChart";
import { useTongue } from "~/kit/tongue";
import { drawn, isKnown, liftOf, type Report, type Row } from "./report";
import styles from "./reports.module.css";

/** The rows of the first chart, which the picture draws too. */
export function useEffects(report: Report): Row[] {
  const { t } = useTranslation("reports");
  const { final, primary, whole, programme } = report;
  const both = (name: string, lifts: Report["primary"]) =>
    (["conversions", "revenue"] as const).map((measure) => ({
      name: `${t(`measure.${measure}`)} · ${t(`of.${name}`)}`,
      interval: liftOf(lifts[measure], final),
    }));
  return [
    ...both("primary", primary),
    ...both("whole", whole),
    ...(programme ? both("programme", programme) : []),
  ];
}

export function Effects({ report }: { report: Report }) {
  const { t } = useTranslation("reports");
  return (
    <Card title={t("effects")} about={t("effectsAbout")}>
      <Lifts rows={useEffects(report)} label={t("effects")} />
    </Card>
  );
}

interface LiftsProps {
  rows: readonly Row[];
  label: string;
}

/** A chart of what has an interval; below it what has none, and why. */
export function Lifts({ rows, label }: LiftsProps) {
  const { t } = useTranslation("reports");
  const { lifts, silent } = drawn(rows);
  return (
    <>
      {lifts.length > 0 ? <LiftChart lifts={lifts} label={label} show={change} /> : null}
      {silent.length > 0 ? (
        <ul className={styles.silent}>
          {silent.map(({ name, interval }) => (
            <li key={name}>
              {name}: {t(`why.${interval.reason ?? "too_uncertain"}`)}
            </li>
          ))}
        </ul>
      ) : null}
    </>
  );
}

export function Variants({ report }: { report: Report }) {
  const { t } = useTranslation("reports");
  const { variants, twins, final } = report;
  const measures = ["conversions", "revenue", "clicks"] as const;
  return (
    <>
      {variants.length > 0 ? (
        <Card title={t("variants")} about={t("variantsAbout")}>
          <Lifts
            label={t("variants")}
            rows={variants.map(({ variant, conversions }) => ({
              name: variant,
              interval: liftOf(conversions, final),
            }))}
          />
        </Card>
      ) : null}
      {twins.map((pair) => (
        <Card
          key={pair.variant}
          title={t("twin", { variant: pair.variant, twin: pair.twin })}
          about={t("twinAbout")}
        >
          <Lifts
            label={t("twin", { variant: pair.variant, twin: pair.twin })}
            rows={measures.flatMap((measure) => {
              const one = pair[measure];
              return one ? [{ name: t(`measure.${measure}`), interval: liftOf(one, final) }] : [];
            })}
          />
        </Card>
      ))}
    </>
  );
}

/** The lift by what was known of people before the draw, and by the channel they would hear on. */
export function Breakdowns({ report }: { report: Report }) {
  const { t } = useTranslation("reports");
  const named = useValueName();
  const tables = report.breakdowns.map(({ fact, rows, differ_p_adjusted: p }) => ({
    fact: factName(t, fact),
    p,
    rows: rows.map(({ value, conversions }) => ({
      name: named(fact, value),
      interval: liftOf(conversions, report.final),
    })),
  }));
  const told = tables.filter(({ rows }) => rows.some(({ interval }) => isKnown(interval)));
  const silent = tables.filter((one) => !told.includes(one));
  return (
    <>
      {told.map(({ fact, p, rows }) => (
        <Card key={fact} title={t("breakdown", { fact })} about={t("breakdownAbout")}>
          <Lifts label={t("breakdown", { fact })} rows={rows} />
          {p === null ? null : (
            <p className={styles.note}>
              {t(p < report.plan.alpha ? "differ" : "differNot", { p: share(p, 1) })}
            </p>
          )}
        </Card>
      ))}
      {silent.length > 0 ? (
        <Card title={t("kinds")}>
          <p className={styles.method}>
            {t("silentFacts", { facts: silent.map(({ fact }) => fact).join(", ") })}
          </p>
        </Card>
      ) : null}
    </>
  );
}

type Say = ReturnType<typeof useTranslation>["t"];

function factName(t: Say, fact: string): string {
  const last = fact.split(".").at(-1) ?? fact;
  return t(`fact.${last}`, last.replaceAll("_", " "));
}

const VALUES: Record<string, string> = {
  "?": "unknown",
  "…": "other",
  true: "yes",
  false: "no",
  female: "female",
  male: "male",
};

function useValueName(): (fact: string, value: string) => string {
  const { t } = useTranslation("reports");
  const channel = useChannelName();
  const tongue = useTongue();
  return (fact, value) => {
    const special = VALUES[value];
    if (special) {
      return t(`value.${special}`);
    }
    if (fact === "channel") {
      return channel(value);
    }
    return fact.endsWith("language") && /^[a-z]{2,3}$/.test(value) ? tongue(value) : value;
  };
}
