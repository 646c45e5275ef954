/** A campaign in a few lines, each with the way to where it is written. */
import { Anchor } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { moment, share } from "~/app/format";
import { useMay, useMember } from "~/app/session";
import { Card } from "~/kit/Card";
import { useChannelName } from "~/kit/channels";
import styles from "./campaigns.module.css";
import { useDefinitions, useSegments } from "./data";
import {
  channelsOf,
  type Draft,
  EXPIRES,
  eventsOf,
  HOLDOUT,
  templatesOf,
  whenOf,
} from "./definition";
import { useSpan } from "./spans";

export function Summary({ draft }: { draft: Draft }) {
  const { t } = useTranslation("campaigns");
  const called = useChannelName();
  const span = useSpan();
  const when = useWhen();
  const mayWrite = useMay("content");
  const segments = useSegments().data?.items ?? [];
  const templates = useDefinitions("template").data ?? [];
  const topics = useDefinitions("topic").data ?? [];
  const goals = useDefinitions("goal").data ?? [];
  const named = (some: readonly { id: string; name: string }[], id: string) =>
    some.find((one) => one.id === id)?.name ?? id;
  const audience = Array.isArray(draft.audience)
    ? t("said.conditions", { count: draft.audience.length })
    : draft.audience
      ? named(segments, draft.audience)
      : t("said.everybody");
  const lines: [step: string, said: string][] = [
    ["who", `${audience} · ${named(topics, draft.topic ?? "")}`],
    [
      "what",
      templatesOf(draft)
        .map((id) => named(templates, id))
        .join(", "),
    ],
    ["where", channelsOf(draft).map(called).join(" → ")],
    ["when", when(draft)],
    [
      "amount",
      t("said.amount", {
        share: share(draft.holdout ?? HOLDOUT),
        expires: span(draft.expires_after ?? EXPIRES),
      }),
    ],
    ...(draft.test ? [["test", t("said.test")] as [string, string]] : []),
    ["goal", (draft.goals ?? []).map((id) => named(goals, id)).join(", ") || t("said.noGoal")],
  ];
  return (
    <Card title={t("said.title")}>
      <dl className={styles.said}>
        {lines.map(([step, said]) => (
          <Line key={step} step={step} said={said} id={draft.id} link={mayWrite} />
        ))}
      </dl>
    </Card>
  );
}

interface LineProps {
  step: string;
  said: string;
  id: string;
  link: boolean;
}

function Line({ step, said, id, link }: LineProps) {
  const { t } = useTranslation("campaigns");
  return (
    <>
      <dt>
        {link ? (
          <Anchor component={Link} to={`/campaigns/${id}/edit?step=${step}`}>
            {t(`step.${step}`)}
          </Anchor>
        ) : (
          t(`step.${step}`)
        )}
      </dt>
      <dd>{said}</dd>
    </>
  );
}

/** When a campaign is due, in words. */
function useWhen(): (draft: Draft) => string {
  const { t } = useTranslation("campaigns");
  const { shop } = useMember();
  const span = useSpan();
  return (draft) => {
    const { schedule = {}, trigger } = draft;
    const clock = schedule.zone === "person" ? t("said.own") : t("said.shops");
    switch (whenOf(draft)) {
      case "now":
        return t("when.way.now");
      case "moment":
        return moment(schedule.moment ?? "", shop.time_zone);
      case "date":
        return `${schedule.day}, ${schedule.at} · ${clock}`;
      case "every":
        return `${t(`when.each.${schedule.every}`)}, ${schedule.at} · ${clock}`;
      case "trigger":
        return t("said.trigger", {
          event: eventsOf(draft).join(", "),
          wait: trigger?.wait ? span(trigger.wait) : t("said.atOnce"),
        });
    }
  };
}
