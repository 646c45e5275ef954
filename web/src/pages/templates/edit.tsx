/** The editor of a template: its variants at the left, what somebody reads at the right. */
import { ActionIcon, Anchor, Button, Group, Tooltip } from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import {
  IconAdjustments,
  IconArrowBackUp,
  IconArrowForwardUp,
  IconHistory,
} from "@tabler/icons-react";
import { useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { idOf } from "~/app/ids";
import { useMay, useMember } from "~/app/session";
import { Card } from "~/kit/Card";
import { Fault } from "~/kit/Fault";
import { Loading } from "~/kit/Loading";
import { NotKept } from "~/kit/NotKept";
import { done } from "~/kit/notices";
import { Page } from "~/kit/Page";
import { Pill } from "~/kit/Pill";
import { useLook } from "~/kit/preview/look";
import { Preview } from "~/kit/preview/Preview";
import { useScreen } from "~/kit/preview/screen";
import { Refused } from "~/kit/Refused";
import { Filters, Sms } from "./Beside";
import { sourceOf } from "./blocks";
import { Chat } from "./Chat";
import { type Draft, useDraft } from "./draft";
import styles from "./edit.module.css";
import {
  about,
  definition,
  type Editing,
  EditingProvider,
  useExamples,
  useRemarks,
  useVocabulary,
} from "./editing";
import { Field, Remarks } from "./Field";
import { Mail } from "./Mail";
import { SendToMe } from "./SendToMe";
import { Settings } from "./Settings";
import { indexOf, isMail, seenOn, type Template, withVariant } from "./template";
import { Variants } from "./Variants";
import { Versions } from "./Versions";

/** A letter to begin with: room for words, and the way out that every marketing letter needs. */
const begun = (language: string, unsubscribe: string): Template => ({
  id: "",
  language,
  variants: [
    {
      language,
      channel: "email",
      mjml: sourceOf([
        { kind: "heading", text: "" },
        { kind: "text", text: "" },
        { kind: "divider" },
        { kind: "text", text: `[${unsubscribe}]({{ links.unsubscribe }})` },
      ]),
    },
  ],
});

export function Component() {
  const { name = "" } = useParams();
  return <Editor key={name} name={name} />;
}

function Editor({ name }: { name: string }) {
  const { t, i18n } = useTranslation("templates");
  const { shop } = useMember();
  const fresh = useMemo(() => {
    const own = shop.languages.includes(i18n.language) ? i18n.language : shop.languages[0];
    return begun(own ?? "en", t("unsubscribe"));
  }, [shop.languages, i18n.language, t]);
  const draft = useDraft(name, fresh);
  const waiting = name !== "" && draft.stored.isPending && !draft.written;
  const title = draft.template.name || name || t("new");
  if (waiting || (draft.stored.isError && !draft.written)) {
    return (
      <Page title={title} wide ready={!waiting}>
        {waiting ? <Loading rows={14} /> : <Fault fault={draft.stored.error} again={draft.stored.refetch} />}
      </Page>
    );
  }
  return <Desk draft={draft} title={title} />;
} // biome-ignore format: as it stands

/** Which variant is written, as the address of the page says. */
function useVariant(template: Template): [number, (language: string, channel: string) => void] {
  const [params, setParams] = useSearchParams();
  const language = params.get("language") ?? template.variants[0]?.language ?? "";
  const channel = params.get("channel") ?? template.variants[0]?.channel ?? "";
  const exact = indexOf(template, language, channel);
  const near = template.variants.findIndex((one) => (one.channel ?? "") === channel);
  const go = (next: string, on: string) =>
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        after.set("language", next);
        after.set("channel", on);
        return after;
      },
      // At once: whoever types on writes in the variant that they have chosen.
      { replace: true, preventScrollReset: true, flushSync: true },
    );
  return [exact >= 0 ? exact : Math.max(near, 0), go];
}

function Desk({ draft, title }: { draft: Draft; title: string }) {
  const { template } = draft;
  const mayWrite = useMay("content");
  const [at, go] = useVariant(template);
  const [look, setLook] = useLook();
  const variant = template.variants[at] ?? { language: "en" };
  const channel = seenOn(variant);
  const seen = useMemo(() => ({ definition: definition(template) }), [template]);
  const screen = useScreen(seen, look, variant.language, channel);
  const check = useRemarks(template, !screen.isPending);
  const vocabulary = useVocabulary();
  const examples = useExamples(variant.language, look);
  const cursor = useRef<(words: string) => void>(() => {});
  useHotkeys([
    ["mod+z", () => draft.undo?.()],
    ["mod+shift+z", () => draft.redo?.()],
  ]);
  const editing: Editing = {
    vocabulary: vocabulary.data,
    facts: Object.keys(template.facts ?? {}),
    examples: examples.data ?? [],
    remarks: check.data?.findings ?? [],
    room: vocabulary.data?.rooms.find((one) => one.channel === (variant.channel ?? "").split("/")[0]),
    mayWrite,
    insert: (words) => cursor.current(words),
    entered: (insert) => {
      cursor.current = insert;
    },
  };
  const parts = {
    variant,
    place: `variants[${at}]`,
    shown: screen.data,
    onChange: (next: Template["variants"][number], where = "", facts: Template["facts"] = {}) => {
      const all = { ...facts, ...template.facts };
      const written = withVariant(template, at, next);
      draft.change(
        Object.keys(all).length ? { ...written, facts: all } : written,
        where && `${at} ${where}`,
      );
    },
  };
  return (
    <EditingProvider value={editing}>
      <Page title={title} wide ready={!screen.isPending} above={<Above />} about={<State draft={draft} />} actions={<Actions {...{ draft, channel, look, variant }} />}>
        <NotKept writing={draft} />
        {draft.written && !draft.saving.error ? <Refused of={check.error} role="status" /> : null}
        <div className={styles.editor}>
          <Card>
            {draft.name ? null : <Name draft={draft} />}
            <Variants draft={draft} at={at} go={go} />
            {isMail(variant) ? <Mail key={at} {...parts} /> : <Chat {...parts} />}
            <Rest of={editing} place={parts.place} />
          </Card>
          <div className={styles.side} data-wide={look.wide || undefined}>
            <Preview of={screen} look={look} onLook={setLook} channel={channel} />
            {channel === "sms" ? (
              <Sms
                text={screen.data?.preview.text ?? ""}
                language={variant.language}
                onTake={
                  // Words that hang on the person are not replaced by those of one reader.
                  /\{[{%]/.test(variant.text ?? "")
                    ? null
                    : (text) => parts.onChange({ ...variant, text })
                }
              />
            ) : null}
            <Filters />
          </div>
        </div>
      </Page>
    </EditingProvider>
  );
} // biome-ignore format: as it stands

function Above() {
  const { t } = useTranslation("templates");
  return (
    <Anchor component={Link} to="/templates">
      {t("title")}
    </Anchor>
  );
}

function State({ draft }: { draft: Draft }) {
  const { t } = useTranslation("templates");
  return draft.written ? <Pill tone="warn">{t("draft")}</Pill> : null;
}

/** Remarks that no field of the variant shows, and those about all variants. */
function Rest({ of, place }: { of: Editing; place: string }) {
  const { t } = useTranslation("templates");
  const shown = ["subject", "preheader", "text", "html", "mjml", "picture", "link", "buttons", "cards", "poll", "approved"];
  const placed = shown.flatMap((field) => about(of.remarks, `${place}.${field}`));
  const rest = of.remarks.filter(
    (one) => !placed.includes(one) && (!one.where.startsWith("variants[") || one.where.startsWith(place)),
  );
  return rest.length ? (
    <section aria-label={t("remarks")}>
      <Remarks of={rest} />
    </section>
  ) : null;
} // biome-ignore format: as it stands

function Name({ draft }: { draft: Draft }) {
  const { t } = useTranslation("templates");
  const { template } = draft;
  return (
    <div className={styles.name}>
      <Field
        label={t("name")}
        about={t("nameAbout")}
        bare
        value={template.name ?? ""}
        onChange={(name) => draft.change({ ...template, name, id: idOf(name) }, "name")}
      />
    </div>
  );
}

interface ActionsProps {
  draft: Draft;
  channel: string;
  look: ReturnType<typeof useLook>[0];
  variant: Template["variants"][number];
}

function Actions({ draft, channel, look, variant }: ActionsProps) {
  const { t } = useTranslation("templates");
  const mayWrite = useMay("content");
  const [versions, versionsAt] = useDisclosure(false);
  const [settings, settingsAt] = useDisclosure(false);
  const mark = (label: string, Icon: typeof IconHistory, act: (() => void) | null) => (
    <Tooltip label={label}>
      <ActionIcon variant="default" size={36} disabled={!act} onClick={() => act?.()} aria-label={label}>
        <Icon size={18} />
      </ActionIcon>
    </Tooltip>
  );
  return (
    <>
      <Group gap={4}>
        {mayWrite ? mark(t("undo"), IconArrowBackUp, draft.undo) : null}
        {mayWrite ? mark(t("redo"), IconArrowForwardUp, draft.redo) : null}
        {draft.name ? mark(t("versions.title"), IconHistory, versionsAt.open) : null}
        {mark(t("settings.title"), IconAdjustments, settingsAt.open)}
      </Group>
      <SendToMe template={draft.template} channel={channel} language={variant.language} look={look} />
      {mayWrite ? <Save draft={draft} /> : null}
      <Settings draft={draft} opened={settings} onClose={settingsAt.close} />
      <Versions
        name={draft.name}
        opened={versions}
        onClose={versionsAt.close}
        onRestore={(version) => {
          draft.change(version.body as Template);
          versionsAt.close();
          done(t("versions.restored", { n: version.version }));
        }}
      />
    </>
  );
} // biome-ignore format: as it stands

function Save({ draft }: { draft: Draft }) {
  const { t } = useTranslation("templates");
  const go = useNavigate();
  const id = draft.name || draft.template.id || (draft.template.name ? "message" : "");
  const before = draft.stored.data?.body as Template | undefined;
  const save = async () => {
    const found = await draft.saving.mutateAsync({}).catch(() => null);
    if (!found) {
      return;
    }
    const undo = before && {
      label: t("undo"),
      act: () => draft.saving.mutate({ over: found.version, instead: before }),
    };
    done(t("saved", { n: found.version }), undo);
    if (!draft.name) {
      go(`/templates/${found.id}${window.location.search}`, { replace: true });
    }
  };
  return (
    <Button disabled={!draft.written || !id} loading={draft.saving.isPending} onClick={() => void save()}>
      {t("save")}
    </Button>
  );
} // biome-ignore format: as it stands
