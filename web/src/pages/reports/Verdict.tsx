/** The finding in a sentence, then what it would take to know more, and what to beware of. */
import { useTranslation } from "react-i18next";
import { change, signed, whole } from "~/app/format";
import { Finding } from "~/kit/Finding";
import { Note } from "~/kit/Note";
import type { Report } from "./report";
import { isKnown } from "./report";
import styles from "./reports.module.css";

export function Verdict({ report }: { report: Report }) {
  const { t } = useTranslation("reports");
  const { verdict, primary } = report;
  const { interval, finding, why_not_yet: why } = verdict;
  const figures = isKnown(interval)
    ? { lift: change(interval.value), low: change(interval.low), high: change(interval.high) }
    : {};
  const extra = Math.round(primary.conversions.extra.value ?? 0);
  return (
    <section className={styles.verdict} data-finding={finding}>
      <div>
        <Finding of={finding} />
      </div>
      <div>
        <h2>{t(why ? `why_not.${why}` : `verdict.${finding}`, figures)}</h2>
        <p>
          {why ? null : t("verdict.extra", { count: Math.abs(extra), n: signed(extra) })}{" "}
          <More report={report} /> {verdict.final || interval.reason ? null : t("verdict.open")}
        </p>
      </div>
    </section>
  );
}

/** How many more people it takes; two figures are meant. */
function More({ report: { verdict } }: { report: Report }) {
  const { t } = useTranslation("reports");
  const { people_more: more, why_not_yet: why } = verdict;
  if (more === null) {
    return why === "may_be_chance" ? t("verdict.moreNone") : null;
  }
  if (more === 0 || !why) {
    return null;
  }
  const scale = 10 ** Math.max(String(more).length - 2, 0);
  const about = Math.ceil(more / scale) * scale;
  return t("verdict.more", { count: about, n: whole(about) });
}

export function Notes({ notes }: { notes: Report["notes"] }) {
  const { t } = useTranslation("reports");
  return notes.map(({ code, people }) => (
    <Note
      key={code}
      tone={code === "sample_ratio" ? "bad" : "warn"}
      title={t(`note.${code}`, { count: people ?? 0, n: whole(people ?? 0) })}
    />
  ));
}
