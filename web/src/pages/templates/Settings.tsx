/** What holds for all variants: the language to fall back to, sold-out products, links; the code. */
import { Button, Drawer, Select, Stack, Switch, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useTongue } from "~/kit/tongue";
import { Code } from "./Code";
import type { Draft } from "./draft";
import { useEditing } from "./editing";
import { languagesOf, SOLD_OUT, type Template } from "./template";

interface SettingsProps {
  draft: Draft;
  opened: boolean;
  onClose: () => void;
}

export function Settings({ draft, opened, onClose }: SettingsProps) {
  const { t } = useTranslation("templates");
  const tongue = useTongue();
  const { mayWrite } = useEditing();
  const { template } = draft;
  const links = { track: true, utm: true, ...template.links };
  const set = (some: Partial<Template>) => draft.change({ ...template, ...some });
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size="lg"
      title={t("settings.title")}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <Stack gap={16}>
        <Select
          label={t("settings.language")}
          description={t("settings.languageAbout")}
          allowDeselect={false}
          disabled={!mayWrite}
          value={template.language ?? "en"}
          data={[...new Set(["en", ...languagesOf(template)])].map((value) => ({ value, label: tongue(value) }))}
          onChange={(language) => set({ language: language ?? "en" })}
        />
        <Select
          label={t("settings.soldOut")}
          allowDeselect={false}
          disabled={!mayWrite}
          value={template.sold_out ?? "refuse"}
          data={SOLD_OUT.map((value) => ({ value, label: t(`settings.soldOuts.${value}`) }))}
          onChange={(sold_out) => set({ sold_out: sold_out ?? "refuse" })}
        />
        <Switch
          label={t("settings.track")}
          checked={links.track}
          disabled={!mayWrite}
          onChange={(event) => set({ links: { ...links, track: event.currentTarget.checked } })}
        />
        <Switch
          label={t("settings.utm")}
          checked={links.utm}
          disabled={!mayWrite}
          onChange={(event) => set({ links: { ...links, utm: event.currentTarget.checked } })}
        />
        <Advanced draft={draft} />
      </Stack>
    </Drawer>
  );
} // biome-ignore format: a setting each

/** The whole definition as code, for what no form shows. */
function Advanced({ draft }: { draft: Draft }) {
  const { t } = useTranslation("templates");
  const { mayWrite } = useEditing();
  const [text, setText] = useState<string | null>(null);
  const written = JSON.stringify(draft.template, null, 2);
  const read = parsed(text ?? written);
  return (
    <Stack gap={8}>
      <Text>{t("settings.advanced")}</Text>
      <Code label={t("settings.definition")} place="" language="json" value={text ?? written} onChange={setText} />
      <Button
        variant="default"
        disabled={!mayWrite || !read || text === null}
        style={{ justifySelf: "start" }}
        onClick={() => {
          if (read) {
            draft.change({ ...read, id: draft.template.id });
            setText(null);
          }
        }}
      >
        {t("settings.apply")}
      </Button>
    </Stack>
  );
} // biome-ignore format: as it stands

/** JSON as a template, as far as that can be told here; null where it is none. */
function parsed(text: string): Template | null {
  try {
    const found = JSON.parse(text);
    return found && Array.isArray(found.variants) && found.variants.length ? found : null;
  } catch {
    return null;
  }
}
