/** What they read: one text, variants of it, or a series; and how it looks to somebody. */
import { ActionIcon, Anchor, Button, Group, Select, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Card } from "~/kit/Card";
import { Pill } from "~/kit/Pill";
import { useDefinitions } from "../data";
import {
  type Draft,
  type Message,
  templatesOf,
  VARIANTS_MAX,
  type Variant,
  withoutVariant,
  withTwin,
  withVariant,
} from "../definition";
import type { StepProps } from "./Lacking";
import { Preview } from "./Preview";
import { SpanInput } from "./SpanInput";
import styles from "./steps.module.css";

export function What({ writing }: StepProps) {
  const { t } = useTranslation("campaigns");
  const { draft, change, put } = writing;
  const series = draft.messages !== undefined;
  return (
    <Card
      title={t("what.title")}
      about={t(series ? "what.seriesAbout" : draft.variants ? "what.variantsAbout" : "what.about")}
    >
      <div className={styles.side}>
        <div className={styles.fields}>
          {series ? (
            <Series draft={draft} onChange={(messages) => change({ messages })} />
          ) : draft.variants ? (
            <Variants draft={draft} replace={put} />
          ) : (
            <TemplateSelect
              label={t("what.template")}
              value={draft.template}
              onChange={(template) => change({ template })}
            />
          )}
          <Group gap={8}>
            {series || (draft.variants?.length ?? 0) >= VARIANTS_MAX ? null : (
              <>
                <Button
                  variant="default"
                  leftSection={<IconPlus size={16} />}
                  onClick={() => put(withVariant(draft))}
                >
                  {t("what.addVariant")}
                </Button>
                <Button variant="default" onClick={() => put(withTwin(draft))}>
                  {t("what.addTwin")}
                </Button>
              </>
            )}
            {draft.trigger && !draft.variants ? (
              <Button
                variant="default"
                onClick={() =>
                  series
                    ? change({
                        messages: [...(draft.messages ?? []), { template: "", wait: "2 days" }],
                      })
                    : change({
                        template: undefined,
                        trigger: draft.trigger && { ...draft.trigger, wait: undefined },
                        messages: [
                          { template: draft.template ?? "", wait: draft.trigger?.wait },
                          { template: "", wait: "2 days" },
                        ],
                      })
                }
              >
                {t("what.addMessage")}
              </Button>
            ) : null}
          </Group>
          <p className={styles.muted}>{t("what.twinAbout")}</p>
        </div>
        <Preview draft={draft} templates={templatesOf(draft)} />
      </div>
    </Card>
  );
}

interface TemplateSelectProps {
  label: string;
  value: string | undefined;
  onChange: (template: string) => void;
}

function TemplateSelect({ label, value, onChange }: TemplateSelectProps) {
  const { t } = useTranslation("campaigns");
  const templates = useDefinitions("template").data;
  return (
    <div>
      <Select
        label={label}
        placeholder={t("what.choose")}
        data={(templates ?? []).map((one) => ({ value: one.id, label: one.name }))}
        value={value || null}
        onChange={(template) => onChange(template ?? "")}
        searchable
        nothingFoundMessage={t("nothing")}
      />
      <Group gap={12} mt={4}>
        {value ? (
          <Anchor component={Link} to={`/templates/${value}`} size="xs">
            {t("what.open")}
          </Anchor>
        ) : null}
        <Anchor component={Link} to="/templates/new" size="xs">
          {t("what.write")}
        </Anchor>
      </Group>
    </div>
  );
}

interface VariantsProps {
  draft: Draft;
  replace: (draft: Draft) => void;
}

function Variants({ draft, replace }: VariantsProps) {
  const { t } = useTranslation("campaigns");
  const variants = draft.variants ?? [];
  const put = (n: number, some: Partial<Variant>) => {
    const next = variants.map((one, at) => (at === n ? { ...one, ...some } : one));
    replace({ ...draft, variants: next });
  };
  return variants.map((one, n) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a variant may be renamed, its place stays
    <div className={styles.row} key={n}>
      <span className={styles.muted}>{n + 1}</span>
      <div className={styles.fields}>
        <TextInput
          label={t("what.variantName", { n: n + 1 })}
          value={one.id}
          onChange={(event) => {
            const id = event.currentTarget.value.toLowerCase().replace(/[^a-z0-9_-]/g, "");
            const twins = variants.map((v, at) => ({
              ...v,
              ...(at === n ? { id } : v.generic_twin_of === one.id ? { generic_twin_of: id } : {}),
            }));
            replace({ ...draft, variants: twins });
          }}
        />
        {one.generic_twin_of ? (
          <span>
            <Pill>{t("what.twin")}</Pill> {t("what.twinOf", { of: one.generic_twin_of })}
          </span>
        ) : (
          <TemplateSelect
            label={t("what.variantText", { n: n + 1 })}
            value={one.template}
            onChange={(template) => put(n, { template })}
          />
        )}
        {draft.schedule?.at ? (
          <TextInput
            type="time"
            label={t("what.ownHour")}
            description={t("what.ownHourAbout")}
            value={one.at ?? ""}
            onChange={(event) => put(n, { at: event.currentTarget.value || undefined })}
          />
        ) : null}
      </div>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={t("what.remove", { name: one.id })}
        onClick={() => replace(withoutVariant(draft, one.id))}
      >
        <IconTrash size={16} />
      </ActionIcon>
    </div>
  ));
}

interface SeriesProps {
  draft: Draft;
  onChange: (messages: Message[]) => void;
}

function Series({ draft, onChange }: SeriesProps) {
  const { t } = useTranslation("campaigns");
  const messages = draft.messages ?? [];
  const put = (n: number, some: Partial<Message>) =>
    onChange(messages.map((one, at) => (at === n ? { ...one, ...some } : one)));
  return messages.map((one, n) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: messages are known by their place
    <div className={styles.row} key={n}>
      <span className={styles.muted}>{n + 1}</span>
      <div className={styles.fields}>
        <TemplateSelect
          label={t("what.message", { n: n + 1 })}
          value={one.template}
          onChange={(template) => put(n, { template })}
        />
        <SpanInput
          label={t(n === 0 ? "what.afterEvent" : "what.afterBefore")}
          value={one.wait ?? ""}
          onChange={(wait) => put(n, { wait: wait || undefined })}
          none
        />
      </div>
      <ActionIcon
        variant="subtle"
        color="gray"
        disabled={messages.length === 1}
        aria-label={t("what.remove", { name: String(n + 1) })}
        onClick={() => onChange(messages.toSpliced(n, 1))}
      >
        <IconTrash size={16} />
      </ActionIcon>
    </div>
  ));
}
