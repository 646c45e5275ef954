/** Topics: what people agree to hear about, in their words, and on which channels. */
import { Button, MultiSelect, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAsked } from "~/app/asked";
import { tongues } from "~/app/lists";
import { useMay, useMember } from "~/app/session";
import { Card } from "~/kit/Card";
import { CHANNELS, useChannelName } from "~/kit/channels";
import { Empty } from "~/kit/Empty";
import { Pill } from "~/kit/Pill";
import { Query } from "~/kit/Query";
import { SMALL } from "~/kit/small";
import { Table } from "~/kit/Table";
import { useFields } from "../begun";
import { useDefinitions } from "../data";
import { SettingsPage } from "../SettingsPage";
import styles from "../settings.module.css";
import { DefinitionDialogue } from "./DefinitionDialogue";
import { type Defined, idOf, pairsAt, textAt, textsAt } from "./defining";

const TYPES = ["marketing", "service"] as const;

export function Component() {
  const { t, i18n } = useTranslation(["settings_data", "settings"]);
  const may = useMay("content");
  const called = useChannelName();
  const query = useDefinitions("topic");
  const [making, { open, close }] = useAsked();
  const [chosen, choose] = useState<Defined | null>(null);
  const make = may ? (
    <Button leftSection={<IconPlus size={16} />} onClick={open}>
      {t("topics.make")}
    </Button>
  ) : null;
  const nameOf = (one: Defined) => {
    const names = pairsAt(one.body, "names");
    return names[i18n.language] ?? names.en ?? Object.values(names)[0] ?? one.id;
  };
  return (
    <SettingsPage part="topics" actions={make} ready={query.isSuccess}>
      <Card flush>
        <Query of={query} rows={4}>
          {({ items }) => (
            <Table
              label={t("settings:part.topics")}
              rows={items}
              id={(row) => row.id}
              columns={[
                { key: "name", label: t("name"), show: nameOf },
                {
                  key: "type",
                  label: t("topics.type"),
                  show: (row) => (
                    <Pill>{t(`topics.is.${textAt(row.body, "type") || "marketing"}`)}</Pill>
                  ),
                },
                {
                  key: "channels",
                  label: t("topics.channels"),
                  show: (row) =>
                    textsAt(row.body, "channels").map(called).join(", ") || called("email"),
                },
                {
                  key: "change",
                  label: t("settings:actions"),
                  width: 110,
                  show: (row) =>
                    may ? (
                      <Button {...SMALL} variant="default" onClick={() => choose(row)}>
                        {t("settings:change")}
                      </Button>
                    ) : null,
                },
              ]}
              empty={
                <Empty title={t("topics.none")} action={make}>
                  {t("topics.noneFix")}
                </Empty>
              }
            />
          )}
        </Query>
      </Card>
      {chosen || (making && may) ? (
        <Topic
          key={chosen?.id ?? ""}
          of={chosen}
          onClose={() => {
            choose(null);
            close();
          }}
        />
      ) : null}
    </SettingsPage>
  );
}

function Topic({ of, onClose }: { of: Defined | null; onClose: () => void }) {
  const { t, i18n } = useTranslation("settings_data");
  const { shop } = useMember();
  const called = useChannelName();
  const body = of?.body ?? {};
  const stood = textAt(body, "text_version") || "1";
  const before = textsAt(body, "channels");
  const stands = {
    type: textAt(body, "type") || "marketing",
    names: pairsAt(body, "names"),
    texts: pairsAt(body, "texts"),
    version: stood,
    channels: before.length ? before : ["email"],
  };
  const [fields, write, begun] = useFields(`topic-${of?.id ?? "new"}`, stands, of?.version);
  const { type, names, texts, version, channels } = fields;
  const spoken = new Map(tongues(i18n.language).map((one) => [one.value, one.label]));
  const said = (of_: Record<string, string>) =>
    Object.fromEntries(Object.entries(of_).filter(([, text]) => text.trim()));
  const reworded = of && JSON.stringify(said(texts)) !== JSON.stringify(pairsAt(body, "texts"));
  const kept = reworded && version === stood;
  return (
    <DefinitionDialogue
      kind="topic"
      of={of}
      title={of ? of.id : t("topics.make")}
      proposed={idOf(names.en ?? Object.values(names)[0] ?? "")}
      begun={begun}
      complete={channels.length > 0 && Object.keys(said(names)).length > 0}
      definition={{
        type,
        names: said(names),
        texts: said(texts),
        text_version: kept ? nextVersion(version) : version,
        channels,
      }}
      onClose={onClose}
    >
      <Select
        label={t("topics.type")}
        description={t(`topics.typeAbout.${type}`)}
        data={TYPES.map((one) => ({ value: one, label: t(`topics.is.${one}`) }))}
        value={type}
        allowDeselect={false}
        onChange={(next) => write({ type: next ?? "marketing" })}
      />
      <MultiSelect
        label={t("topics.channels")}
        data={CHANNELS.map((one) => ({ value: one, label: called(one) }))}
        value={channels}
        onChange={(next) => write({ channels: next })}
        searchable
      />
      {shop.languages.map((language) => (
        <Stack key={language} gap={8}>
          <TextInput
            label={t("topics.nameIn", { language: spoken.get(language) ?? language })}
            value={names[language] ?? ""}
            onChange={(event) =>
              write({ names: { ...names, [language]: event.currentTarget.value } })
            }
          />
          <Textarea
            label={t("topics.textIn", { language: spoken.get(language) ?? language })}
            placeholder={t("topics.textLike")}
            autosize
            value={texts[language] ?? ""}
            onChange={(event) =>
              write({ texts: { ...texts, [language]: event.currentTarget.value } })
            }
          />
        </Stack>
      ))}
      <TextInput
        label={t("topics.version")}
        description={t(kept ? "topics.versionNext" : "topics.versionHelp", {
          version: nextVersion(version),
        })}
        value={version}
        className={styles.grow}
        onChange={(event) => write({ version: event.currentTarget.value })}
      />
    </DefinitionDialogue>
  );
}

/** Of a text that was changed: "1" becomes "2", "spring" becomes "spring-2". */
function nextVersion(version: string): string {
  const number = /^(.*?)(\d+)$/.exec(version);
  return number ? `${number[1]}${Number(number[2]) + 1}` : `${version}-2`;
}
