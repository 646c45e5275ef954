/** A text as somebody would read it now: chosen, or one of four invented people. */
import { Select, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "~/api/client";
import { Channel, useChannelName } from "~/kit/channels";
import { Loading } from "~/kit/Loading";
import { calledShort, PersonPicker } from "~/kit/PersonPicker";
import { channelsOf, type Draft } from "../definition";
import styles from "./steps.module.css";

type Read = Schemas["Preview"];
type Reader = { pid: number; name: string };

interface PreviewProps {
  draft: Draft;
  templates: string[];
}

export function Preview({ draft, templates }: PreviewProps) {
  const { t } = useTranslation("campaigns");
  const [chosen, choose] = useState("");
  const [reader, read] = useState<Reader | null>(null);
  const channels = channelsOf(draft);
  const called = useChannelName();
  const [channel, speak] = useState("");
  const template = templates.includes(chosen) ? chosen : templates[0];
  const on = (channels.includes(channel) ? channel : channels[0]) ?? "email";
  const seen = useQuery({
    queryKey: ["templates", "preview", template, on, reader?.pid],
    queryFn: ({ signal }) =>
      body(
        api.POST("/api/templates/preview", {
          body: {
            template: template ?? "",
            channel: on.split("/")[0] ?? on,
            person: reader ? `pid:${reader.pid}` : "",
            language: "",
          },
          signal,
        }),
      ),
    enabled: !!template,
  });
  if (!template) {
    return <div className={styles.preview}>{t("preview.none")}</div>;
  }
  const texts = seen.data ? textsOf(seen.data) : [];
  return (
    <div className={styles.preview}>
      {templates.length > 1 ? (
        <Select
          aria-label={t("preview.which")}
          data={templates}
          value={template}
          allowDeselect={false}
          onChange={(next) => choose(next ?? "")}
        />
      ) : null}
      {channels.length > 1 ? (
        <Select
          aria-label={t("preview.channel")}
          data={channels.map((one) => ({ value: one, label: called(one) }))}
          value={on}
          allowDeselect={false}
          onChange={(next) => speak(next ?? "")}
        />
      ) : null}
      <PersonPicker
        label={t("preview.as", { who: reader ? reader.name : t("preview.invented") })}
        onPick={(one) => read({ pid: one.pid, name: calledShort(one) })}
      />
      {channels.length > 1 ? null : <Channel name={on} />}
      {seen.isPending ? <Loading rows={3} /> : null}
      {seen.isError ? (
        <Text role="alert" c="var(--bad)">
          {seen.error.message}
        </Text>
      ) : null}
      {texts.slice(0, 2).map(({ key, shown }) => (
        <div className={styles.bubble} key={key} lang={shown.language}>
          {shown.subject ? <h3>{shown.subject}</h3> : null}
          {shown.error || shown.text}
        </div>
      ))}
    </div>
  );
}

/** What one person reads, or several invented ones. */
function textsOf(
  found: Schemas["Preview"] | Schemas["SideBySide"],
): { key: string; shown: Read }[] {
  if ("people" in found) {
    return found.people.map((one, n) => ({ key: `${n}`, shown: one.preview }));
  }
  return [{ key: "one", shown: found }];
}
