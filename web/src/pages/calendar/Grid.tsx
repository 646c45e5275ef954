/** Days in weeks with what is sent on each; on a telephone a list of the days that have something. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schemas } from "~/api/client";
import { clock, whole } from "~/app/format";
import { useMember } from "~/app/session";
import { ChannelIcon } from "~/kit/channels";
import styles from "./calendar.module.css";
import { type Day, dayIn, isoOf, longDay, weekday } from "./days";

type Found = Schemas["Calendar"];
type Entry = Found["entries"][number];

interface GridProps {
  found: Found;
  days: readonly Day[];
  /** The month whose days are in the foreground. */
  month: Day | null;
  today: Day;
}

export function Grid({ found, days, month, today }: GridProps) {
  const { t } = useTranslation("campaigns");
  const { shop } = useMember();
  const byDay = new Map<Day, Entry[]>();
  for (const one of found.entries) {
    const day = dayIn(one.from_, shop.time_zone);
    byDay.set(day, [...(byDay.get(day) ?? []), one]);
  }
  const busy = new Set((found.overlaps ?? []).flatMap((one) => [one.day]));
  const ofMonth = (day: Day) =>
    month === null || new Date(day).getUTCMonth() === new Date(month).getUTCMonth();
  return (
    <div className={styles.calendar}>
      <div className={styles.weekdays} aria-hidden>
        {Array.from({ length: 7 }, (_, n) => (
          <span key={weekday(n)}>{weekday(n)}</span>
        ))}
      </div>
      <ol className={styles.days} data-week={month === null || undefined}>
        {days.map((day) => {
          const entries = byDay.get(day) ?? [];
          return (
            <li
              key={day}
              data-away={!ofMonth(day) || undefined}
              data-today={day === today || undefined}
              data-empty={entries.length === 0 || undefined}
            >
              <div className={styles.date}>
                <time dateTime={isoOf(day)} title={longDay(day)}>
                  {new Date(day).getUTCDate()}
                </time>
                <span className={styles.full} aria-hidden>
                  {longDay(day)}
                </span>
                {busy.has(isoOf(day)) ? <em>{t("cal.overlap")}</em> : null}
              </div>
              {entries.map((one) => (
                <Sending key={`${one.campaign}${one.occurrence}`} of={one} />
              ))}
            </li>
          );
        })}
      </ol>
      {found.entries.length === 0 ? <p className={styles.none}>{t("cal.none")}</p> : null}
    </div>
  );
}

function Sending({ of }: { of: Entry }) {
  const { t, i18n } = useTranslation("campaigns");
  const { shop } = useMember();
  const state = i18n.exists(`campaigns:state.${of.state}`) ? t(`state.${of.state}`) : of.state;
  return (
    <Link
      to={`/campaigns/${of.campaign}`}
      className={styles.sending}
      data-state={of.state}
      title={of.fault || undefined}
    >
      <span className={styles.when}>
        <span className="number">{clock(of.from_, shop.time_zone)}</span>
        {of.channels.slice(0, 3).map((channel) => (
          <ChannelIcon key={channel} name={channel} size={13} />
        ))}
      </span>
      <b>{of.name || of.campaign}</b>
      <span>
        {state}
        {of.people === null || of.people === undefined
          ? ""
          : ` · ${t("cal.people", { count: of.people, n: whole(of.people) })}`}
      </span>
    </Link>
  );
}
