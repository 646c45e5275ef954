/** Who hears: what it is about, the audience, who is left out, and how many that makes. */
import { Anchor, MultiSelect, SegmentedControl, Select, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { whole } from "~/app/format";
import { Card } from "~/kit/Card";
import { useChannelName } from "~/kit/channels";
import { topicChannels, useDefinitions, useSegments } from "../data";
import type { Condition } from "../definition";
import { useReach } from "../reach";
import type { StepProps } from "./Lacking";
import { QuickAudience } from "./QuickAudience";
import styles from "./steps.module.css";

export function Who({ writing }: StepProps) {
  const { t } = useTranslation("campaigns");
  const { draft, change } = writing;
  const quick = Array.isArray(draft.audience);
  const segments = useSegments().data?.items ?? [];
  const options = segments.map((one) => ({ value: one.id, label: one.name || one.id }));
  const chosen = segments.find((one) => one.id === draft.audience);
  return (
    <>
      <Card title={t("who.about")}>
        <div className={styles.fields}>
          <TextInput
            label={t("who.name")}
            description={t("who.nameAbout")}
            value={draft.name ?? ""}
            onChange={(event) => change({ name: event.currentTarget.value || undefined })}
            maxLength={200}
            data-autofocus
          />
          <TopicSelect value={draft.topic} onChange={(topic) => change({ topic })} />
        </div>
      </Card>
      <Card
        title={t("who.audience")}
        about={t(draft.trigger ? "who.triggered" : "who.audienceAbout")}
      >
        <div className={styles.fields}>
          <SegmentedControl
            value={quick ? "quick" : "segment"}
            onChange={(kind) => change({ audience: kind === "quick" ? [] : "" })}
            data={[
              { value: "segment", label: t("who.segment") },
              { value: "quick", label: t("who.quick") },
            ]}
          />
          {quick ? (
            <QuickAudience
              where={draft.audience as Condition[]}
              onChange={(audience) => change({ audience })}
            />
          ) : (
            <Select
              label={t("who.segment")}
              description={chosen?.says}
              data={options}
              value={(draft.audience as string) || null}
              onChange={(audience) => change({ audience: audience ?? "" })}
              searchable
              clearable={!!draft.trigger}
              nothingFoundMessage={t("nothing")}
            />
          )}
          {segments.length === 0 ? (
            <Anchor component={Link} to="/segments/new">
              {t("who.makeSegment")}
            </Anchor>
          ) : null}
          <MultiSelect
            label={t("who.exclude")}
            description={t("who.excludeAbout")}
            data={options}
            value={draft.exclude ?? []}
            onChange={(some) => change({ exclude: some.length ? some : undefined })}
            searchable
            nothingFoundMessage={t("nothing")}
          />
          <Count writing={writing} />
        </div>
      </Card>
    </>
  );
}

interface TopicSelectProps {
  value: string | undefined;
  onChange: (topic: string | undefined) => void;
}

function TopicSelect({ value, onChange }: TopicSelectProps) {
  const { t } = useTranslation("campaigns");
  const called = useChannelName();
  const topics = useDefinitions("topic").data;
  const chosen = topics?.find((one) => one.id === value);
  const service = chosen?.body.type === "service";
  return (
    <div>
      <Select
        label={t("who.topic")}
        description={
          chosen
            ? t(service ? "who.topicService" : "who.topicOn", {
                channels: topicChannels(chosen).map(called).join(", "),
              })
            : t("who.topicAbout")
        }
        data={(topics ?? []).map((one) => ({ value: one.id, label: one.name }))}
        value={value ?? null}
        onChange={(topic) => onChange(topic ?? undefined)}
        nothingFoundMessage={t("nothing")}
      />
      {topics?.length === 0 ? (
        <Anchor component={Link} to="/settings/topics" size="xs">
          {t("who.makeTopic")}
        </Anchor>
      ) : null}
    </div>
  );
}

/** How many that is now, and how many of them may be written to at all. */
function Count({ writing: { draft } }: StepProps) {
  const { t } = useTranslation("campaigns");
  const reach = useReach(draft);
  const best = reach.data?.channels.filter((one) => one.set_up && one.asked) ?? [];
  const called = useChannelName();
  if (!draft.topic || !draft.audience?.length) {
    return <p className={styles.count}>{t("who.countLater")}</p>;
  }
  if (reach.isError) {
    return (
      <p className={styles.count} role="alert">
        {reach.error.message}
      </p>
    );
  }
  return (
    <div className={styles.count} aria-live="polite" aria-busy={reach.isFetching}>
      <b className="number">{reach.data ? whole(reach.data.audience) : "…"}</b>
      <span>{t("who.people", { count: reach.data?.audience ?? 0 })}</span>
      <span className={styles.muted}>
        {best.map((one) => `${called(one.channel)} ${whole(one.reachable)}`).join(" · ")}
      </span>
    </div>
  );
}
