/** Topics: what people agree to hear about, in their words, and on which channels. */
import { MultiSelect, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { tongues } from "~/app/lists";
import { useMember } from "~/app/session";
import { CHANNELS, useChannelName } from "~/kit/channels";
import { Pill } from "~/kit/Pill";
import { useFields } from "../begun";
import { DefinitionDialogue } from "./DefinitionDialogue";
import { DefinitionsPage } from "./DefinitionsPage";
import { type Defined, idOf, pairsAt, textAt, textsAt } from "./defining";

const TYPES = ["marketing", "service"] as const;

export function Component() {
  const { t, i18n } = useTranslation("settings_data");
  const called = useChannelName();
  const nameOf = (one: Defined) => {
    const names = pairsAt(one.body, "names");
    return names[i18n.language] ?? names.en ?? Object.values(names)[0] ?? one.id;
  };
  return (
    <DefinitionsPage
      kind="topic"
      form={Topic}
      columns={[
        { key: "name", label: t("name"), show: nameOf },
        {
          key: "type",
          label: t("topics.type"),
          show: (row) => <Pill>{t(`topics.is.${textAt(row.body, "type") || "marketing"}`)}</Pill>,
        },
        {
          key: "channels",
          label: t("topics.channels"),
          show: (row) => textsAt(row.body, "channels").map(called).join(", ") || called("email"),
        },
      ]}
    />
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
