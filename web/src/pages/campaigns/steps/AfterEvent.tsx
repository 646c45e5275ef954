/** A message after something that somebody has done: what, how long after, and unless what. */
import { Anchor, Checkbox, TagsInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useEventNames } from "../data";
import type { Trigger } from "../definition";
import { SpanInput } from "./SpanInput";
import styles from "./steps.module.css";

interface AfterEventProps {
  trigger: Trigger;
  series: boolean;
  onChange: (trigger: Trigger) => void;
}

export function AfterEvent({ trigger, series, onChange }: AfterEventProps) {
  const { t } = useTranslation("campaigns");
  const known = useEventNames();
  const put = (some: Partial<Trigger>) => onChange({ ...trigger, ...some });
  const further = (trigger.where?.length ?? 0) + (trigger.unless?.length ?? 0);
  return (
    <>
      <TagsInput
        label={t("event.events")}
        description={t("event.eventsAbout")}
        data={known}
        value={[trigger.event].flat()}
        onChange={(event) => put({ event })}
      />
      {series ? null : (
        <SpanInput
          label={t("event.wait")}
          description={t("event.waitAbout")}
          value={trigger.wait ?? ""}
          onChange={(wait) => put({ wait: wait || undefined })}
          none
        />
      )}
      <SpanInput
        label={t("event.again")}
        description={t("event.againAbout")}
        value={trigger.again_after ?? ""}
        onChange={(span) => put({ again_after: span || undefined })}
        none
      />
      <Checkbox
        label={t("event.restart")}
        checked={trigger.restart ?? false}
        onChange={(event) => put({ restart: event.currentTarget.checked || undefined })}
      />
      <Checkbox
        label={t("event.leave")}
        checked={trigger.leave_at_goal ?? true}
        onChange={(event) =>
          put({ leave_at_goal: event.currentTarget.checked ? undefined : false })
        }
      />
      <TagsInput
        label={t("event.unless")}
        description={t("event.unlessAbout")}
        data={known}
        value={simplyDid(trigger.unless)}
        onChange={(events) => put({ unless: withDid(trigger.unless, events) })}
      />
      {further > simplyDid(trigger.unless).length ? (
        <div>
          <p className={styles.muted}>{t("event.further")}</p>
          <Anchor component={Link} to="?step=file" replace size="xs">
            {t("step.file")}
          </Anchor>
        </div>
      ) : null}
    </>
  );
}

type Conditions = Trigger["unless"];

/** The events of conditions that say no more than `did`. */
const isDid = (one: Record<string, unknown>) =>
  typeof one.did === "string" && Object.keys(one).length === 1;

function simplyDid(unless: Conditions = []): string[] {
  return unless.filter(isDid).map((one) => String(one.did));
}

function withDid(unless: Conditions = [], events: string[]): Conditions {
  const next = [...unless.filter((one) => !isDid(one)), ...events.map((did) => ({ did }))];
  return next.length ? next : undefined;
}
