/** The message as the customer will see it: each text, on each channel, in each language. */
import { Select } from "@mantine/core";
import { type ReactNode, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { ChannelIcon, kindOf, useChannelName } from "~/kit/channels";
import { useLook } from "~/kit/preview/look";
import { Preview as OnDevice } from "~/kit/preview/Preview";
import { useScreen } from "~/kit/preview/screen";
import { useTongue } from "~/kit/tongue";
import { type Named, useDefinitions } from "../data";
import { audienceOf, channelsOf, type Draft } from "../definition";
import styles from "./steps.module.css";

interface PreviewProps {
  draft: Draft;
  templates: string[];
}

export function Preview({ draft, templates }: PreviewProps) {
  const { t } = useTranslation("campaigns");
  const [chosen, choose] = useState("");
  const written = useDefinitions("template").data ?? [];
  const id = templates.includes(chosen) ? chosen : templates[0];
  const named = (one: string) => written.find((known) => known.id === one)?.name ?? one;
  return (
    <div className={styles.preview}>
      {id === undefined ? t("preview.none") : null}
      {templates.length > 1 ? (
        <Select
          label={t("preview.which")}
          data={templates.map((one) => ({ value: one, label: named(one) }))}
          value={id ?? null}
          allowDeselect={false}
          onChange={(next) => choose(next ?? "")}
        />
      ) : null}
      {id === undefined ? null : (
        <Seen draft={draft} id={id} template={written.find((one) => one.id === id)} />
      )}
    </div>
  );
}

/** One text: on which channel, in which language, read by whom. */
function Seen({ draft, id, template }: { draft: Draft; id: string; template: Named | undefined }) {
  const { t } = useTranslation("campaigns");
  const called = useChannelName();
  const tongue = useTongue();
  const [look, setLook] = useLook();
  const [channel, speak] = useState("");
  const [language, say] = useState("");
  const channels = channelsOf(draft);
  const on = (channels.includes(channel) ? channel : channels[0]) ?? "";
  const languages = languagesOf(template);
  const seen = useMemo(() => ({ id }), [id]);
  const within = languages.includes(language) ? language : "";
  const screen = useScreen(seen, look, within, kindOf(on));
  const among = audienceOf(draft);
  return (
    <>
      {channels.length > 1 ? (
        <Choice label={t("preview.channel")} value={on} onChange={speak} of={channels}>
          {(one) => (
            <>
              <ChannelIcon name={one} />
              {called(one)}
            </>
          )}
        </Choice>
      ) : null}
      {languages.length > 1 ? (
        <Choice
          label={t("preview.language")}
          value={within}
          onChange={say}
          of={["", ...languages]}
        >
          {(one) => (one ? tongue(one) : t("preview.ownLanguage"))}
        </Choice>
      ) : null}
      <OnDevice
        of={screen}
        look={look}
        onLook={setLook}
        channel={kindOf(on)}
        {...(among && { among })}
      />
    </>
  );
}

interface ChoiceProps {
  label: string;
  of: readonly string[];
  value: string;
  onChange: (value: string) => void;
  children: (one: string) => ReactNode;
}

function Choice({ label, of, value, onChange, children }: ChoiceProps) {
  return (
    <fieldset className={styles.options}>
      <legend className="visually-hidden">{label}</legend>
      {of.map((one) => (
        <button type="button" key={one} aria-pressed={one === value} onClick={() => onChange(one)}>
          {children(one)}
        </button>
      ))}
    </fieldset>
  );
}

/** The languages that the text is written in. */
function languagesOf(template: Named | undefined): string[] {
  const variants = (template?.body.variants ?? []) as { language?: string }[];
  return [...new Set(variants.flatMap((one) => one.language ?? []))];
}
