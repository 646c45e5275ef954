/** What a person agreed to hear about, per topic and channel, with every word they said. */
import { Button, Group, Radio, Stack, TextInput, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "~/api/client";
import { day, moment } from "~/app/format";
import { useMay } from "~/app/session";
import { Card } from "~/kit/Card";
import { Confirm } from "~/kit/Confirm";
import { Channel, useChannelName } from "~/kit/channels";
import { Empty } from "~/kit/Empty";
import { Pill, type Tone } from "~/kit/Pill";
import { SMALL } from "~/kit/small";
import type { Person } from "../person";
import { type Topic, useTopics } from "../words";
import { useChange } from "./changing";
import styles from "./profile.module.css";

type Word = Schemas["ConsentShown"];

const TONES: Record<string, Tone> = {
  opted_in: "good",
  soft: "good",
  pending: "warn",
  opted_out: "bad",
};

/** Every topic with the channels that it is told on, or that the person spoke of. */
function rowsOf(person: Person, known: readonly Topic[]): Topic[] {
  const topics = new Map(known.map((one) => [one.id, one]));
  for (const { topic: id, channel } of person.consents) {
    const topic = topics.get(id) ?? { id, name: id, channels: [] };
    const channels = new Set([...topic.channels, channel]);
    topics.set(id, { ...topic, channels: [...channels] });
  }
  return [...topics.values()];
}

export function Consents({ person }: { person: Person }) {
  const { t } = useTranslation("people");
  const topics = rowsOf(person, useTopics() ?? []);
  const [asked, ask] = useState<{ topic: Topic; channel: string } | null>(null);
  if (topics.length === 0) {
    return (
      <Card>
        <Empty title={t("consents.empty")}>{t("consents.emptyFix")}</Empty>
      </Card>
    );
  }
  return (
    <Stack gap={12}>
      {topics.map((topic) => (
        <Card key={topic.id} title={topic.name}>
          <ul className={styles.rows}>
            {topic.channels.map((channel) => (
              <OnChannel
                key={channel}
                channel={channel}
                words={person.consents.filter(
                  (one) => one.topic === topic.id && one.channel === channel,
                )}
                onChange={() => ask({ topic, channel })}
              />
            ))}
          </ul>
        </Card>
      ))}
      {asked ? <Say pid={person.pid} {...asked} onClose={() => ask(null)} /> : null}
    </Stack>
  );
}

interface OnChannelProps {
  channel: string;
  words: readonly Word[];
  onChange: () => void;
}

function OnChannel({ channel, words, onChange }: OnChannelProps) {
  const { t } = useTranslation("people");
  const may = useMay("people");
  const called = useChannelName()(channel);
  const [opened, { toggle }] = useDisclosure(false);
  const last = words.find((one) => one.in_force);
  const state = last?.state ?? "unknown";
  return (
    <li>
      <div className={`${styles.row} ${styles.consent}`}>
        <Channel name={channel} />
        <span>
          <Pill tone={TONES[state] ?? "calm"}>{t(`state.${state}`)}</Pill>
        </span>
        <span className={styles.quiet}>
          {last ? [day(last.at), last.source].filter(Boolean).join(" · ") : null}
        </span>
        <Group gap={4} wrap="nowrap" justify="flex-end">
          {words.length > 0 ? (
            <UnstyledButton
              className={styles.link}
              onClick={toggle}
              aria-expanded={opened}
              aria-label={t("consents.historyOf", { channel: called })}
            >
              {t("consents.history", { count: words.length })}
            </UnstyledButton>
          ) : null}
          {may ? (
            <Button
              {...SMALL}
              variant="default"
              onClick={onChange}
              aria-label={t("consents.changeOf", { channel: called })}
            >
              {t("consents.change")}
            </Button>
          ) : null}
        </Group>
      </div>
      {opened ? <History words={words} /> : null}
    </li>
  );
}

function History({ words }: { words: readonly Word[] }) {
  const { t } = useTranslation("people");
  return (
    <ol className={styles.history}>
      {words.toReversed().map((one) => (
        <li key={`${one.at} ${one.state}`}>
          <time className="number">{moment(one.at)}</time> {t(`state.${one.state}`)}
          {[
            one.source,
            one.address,
            one.text_version && t("consents.text", { v: one.text_version }),
          ]
            .filter(Boolean)
            .map((part) => ` · ${part}`)}
        </li>
      ))}
    </ol>
  );
}

interface SayProps {
  pid: number;
  topic: Topic;
  channel: string;
  onClose: () => void;
}

function Say({ pid, topic, channel, onClose }: SayProps) {
  const { t } = useTranslation("people");
  const called = useChannelName()(channel);
  const [state, setState] = useState<"opted_in" | "opted_out">("opted_out");
  const [source, setSource] = useState("");
  const say = useChange({
    pid,
    act: () =>
      body(
        api.POST("/api/people/{pid}/consents", {
          params: { path: { pid } },
          body: {
            topic: topic.id,
            channel,
            state,
            source: source.trim(),
            text_version: "",
            language: "",
          },
        }),
      ),
    said: () => t("consents.said"),
    after: onClose,
  });
  return (
    <Confirm
      opened
      title={t("consents.ask", { topic: topic.name, channel: called })}
      action={t(`consents.${state}`)}
      busy={say.isPending}
      disabled={source.trim() === ""}
      onClose={onClose}
      onConfirm={() => say.mutate(undefined)}
    >
      <Stack gap="sm">
        <Radio.Group
          label={t("consents.what")}
          value={state}
          onChange={(next) => setState(next === "opted_in" ? "opted_in" : "opted_out")}
        >
          <Stack gap={8} mt={6}>
            <Radio value="opted_out" label={t("state.opted_out")} />
            <Radio value="opted_in" label={t("state.opted_in")} />
          </Stack>
        </Radio.Group>
        <TextInput
          label={t("consents.where")}
          description={t("consents.whereAbout")}
          value={source}
          required
          maxLength={300}
          onChange={(event) => setSource(event.currentTarget.value)}
        />
      </Stack>
    </Confirm>
  );
}
