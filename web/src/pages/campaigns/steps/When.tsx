/** When they read it: now, on a day, again and again, or after something has happened. */
import {
  Checkbox,
  Chip,
  Group,
  NumberInput,
  Radio,
  SegmentedControl,
  Stack,
  TextInput,
} from "@mantine/core";
import { useTranslation } from "react-i18next";
import { moment } from "~/app/format";
import { useMember } from "~/app/session";
import { momentsIn } from "~/app/writers";
import { Card } from "~/kit/Card";
import { weekday } from "~/pages/calendar/days";
import { type Schedule, setOff, type When as Way, WEEKDAYS, whenOf } from "../definition";
import { AfterEvent } from "./AfterEvent";
import type { StepProps } from "./Lacking";
import styles from "./steps.module.css";

const WAYS = ["now", "date", "every", "trigger"] as const satisfies readonly Way[];
const EVERY = ["day", "week", "month"] as const;

export function When({ writing }: StepProps) {
  const { t } = useTranslation("campaigns");
  const { draft, change } = writing;
  const { shop } = useMember();
  const way = whenOf(draft);
  const today = momentsIn("sv", { timeZone: shop.time_zone }).format(new Date());
  const schedule = draft.schedule ?? {};
  const put = (some: Partial<Schedule>) => change({ schedule: { ...schedule, ...some } });
  return (
    <Card title={t("when.title")}>
      <div className={styles.fields}>
        <Radio.Group
          aria-label={t("when.title")}
          value={way}
          onChange={(next) => {
            const to = WAYS.find((one) => one === next);
            if (to) {
              writing.put(setOff(draft, to, today));
            }
          }}
        >
          <Stack gap={10}>
            {WAYS.map((one) => (
              <Radio
                key={one}
                value={one}
                label={t(`when.way.${one}`)}
                description={t(`when.wayAbout.${one}`)}
              />
            ))}
            {way === "moment" && schedule.moment ? (
              <Radio
                value="moment"
                label={t("when.moment", { at: moment(schedule.moment, shop.time_zone) })}
              />
            ) : null}
          </Stack>
        </Radio.Group>
        {way === "date" ? (
          <div className={styles.pair}>
            <TextInput
              type="date"
              label={t("when.day")}
              min={today}
              value={schedule.day ?? ""}
              onChange={(event) => put({ day: event.currentTarget.value })}
            />
            <At schedule={schedule} put={put} />
          </div>
        ) : null}
        {way === "every" ? <Again schedule={schedule} put={put} /> : null}
        {way === "date" || way === "every" ? <Clock schedule={schedule} put={put} /> : null}
        {draft.trigger ? (
          <AfterEvent
            trigger={draft.trigger}
            series={draft.messages !== undefined}
            onChange={(trigger) => change({ trigger })}
          />
        ) : null}
        <p className={styles.muted}>{t("when.quiet")}</p>
      </div>
    </Card>
  );
}

interface ScheduleProps {
  schedule: Schedule;
  put: (some: Partial<Schedule>) => void;
}

function At({ schedule, put }: ScheduleProps) {
  const { t } = useTranslation("campaigns");
  return (
    <TextInput
      type="time"
      label={t("when.at")}
      value={schedule.at ?? ""}
      onChange={(event) => put({ at: event.currentTarget.value || "10:00" })}
    />
  );
}

function Again({ schedule, put }: ScheduleProps) {
  const { t } = useTranslation("campaigns");
  const every = schedule.every ?? "week";
  return (
    <>
      <div className={styles.pair}>
        <SegmentedControl
          aria-label={t("when.every")}
          value={every}
          onChange={(next) => {
            const to = EVERY.find((one) => one === next) ?? every;
            put({
              every: to,
              weekdays: to === "week" ? (schedule.weekdays ?? ["monday"]) : undefined,
              day_of_month: to === "month" ? (schedule.day_of_month ?? 1) : undefined,
            });
          }}
          data={EVERY.map((one) => ({ value: one, label: t(`when.each.${one}`) }))}
        />
        <At schedule={schedule} put={put} />
      </div>
      {every === "week" ? (
        <Chip.Group
          multiple
          value={schedule.weekdays ?? []}
          onChange={(days) => (days.length ? put({ weekdays: days }) : undefined)}
        >
          <Group gap={6} role="group" aria-label={t("when.weekdays")}>
            {WEEKDAYS.map((one, n) => (
              <Chip key={one} value={one} size="sm">
                {weekday(n)}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      ) : null}
      {every === "month" ? (
        <NumberInput
          label={t("when.dayOfMonth")}
          description={t("when.dayOfMonthAbout")}
          min={1}
          max={31}
          value={schedule.day_of_month ?? 1}
          onChange={(day) => put({ day_of_month: Number(day) || 1 })}
        />
      ) : null}
      <div className={styles.pair}>
        <TextInput
          type="date"
          label={t("when.starts")}
          value={schedule.starts ?? ""}
          onChange={(event) => put({ starts: event.currentTarget.value || undefined })}
        />
        <TextInput
          type="date"
          label={t("when.ends")}
          value={schedule.ends ?? ""}
          onChange={(event) => put({ ends: event.currentTarget.value || undefined })}
        />
      </div>
    </>
  );
}

/** Whose clock the hour is read from. */
function Clock({ schedule, put }: ScheduleProps) {
  const { t } = useTranslation("campaigns");
  const { shop } = useMember();
  return (
    <Checkbox
      label={t("when.personZone")}
      description={t("when.personZoneAbout", { zone: shop.time_zone })}
      checked={schedule.zone === "person"}
      onChange={(event) => put({ zone: event.currentTarget.checked ? "person" : undefined })}
    />
  );
}
