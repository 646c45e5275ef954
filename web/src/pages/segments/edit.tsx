/** A segment is built: conditions, what they come to at once, and all that is known of it. */
import { Alert, Anchor, Button, Group, Tabs, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { useMay } from "~/app/session";
import { definitionQuery } from "~/app/writing";
import { Card } from "~/kit/Card";
import { Fault } from "~/kit/Fault";
import { Loading } from "~/kit/Loading";
import { NotKept } from "~/kit/NotKept";
import { done } from "~/kit/notices";
import { Page } from "~/kit/Page";
import { useChecked } from "./asking";
import { Conditions } from "./builder/Conditions";
import { useDraft, type Writing } from "./draft";
import { Explain } from "./Explain";
import { Faults, type Fault as Wrong } from "./faults";
import { History } from "./History";
import { Live } from "./Live";
import type { Segment } from "./language";
import { Shelf } from "./Shelf";
import { Sizes } from "./Sizes";
import styles from "./segments.module.css";

// It reads and writes files: more code than the rest of the page.
const AsYaml = lazy(() => import("./AsYaml"));

const VIEWS = ["build", "yaml", "explain", "sizes", "history"] as const;
type View = (typeof VIEWS)[number];
/** What only a segment that is kept has. */
const KEPT: readonly View[] = ["sizes", "history"];

export function Component() {
  const { name = "" } = useParams();
  const [params] = useSearchParams();
  const from = params.get("copy") ?? "";
  const copied = useQuery({ ...definitionQuery("segment", from), enabled: from !== "" });
  const { t } = useTranslation("segments");
  if (from && copied.isPending) {
    return <Loading rows={10} />;
  }
  const original = copied.data?.body as unknown as Segment | undefined;
  const copy = original && {
    ...original,
    id: "",
    name: t("copyOf", { name: original.name || original.id }),
  };
  // Each segment is a page of its own: what was written of another one stays there.
  return <Editor key={name || from} name={name} {...(copy ? { copy } : {})} />;
}

interface EditorProps {
  name: string;
  copy?: Segment;
}

function Editor({ name, copy }: EditorProps) {
  const { t } = useTranslation("segments");
  const go = useNavigate();
  const mayWrite = useMay("content");
  const writing = useDraft(name, copy);
  const { draft, stored, saving, text } = writing;
  const ready = name === "" || stored.isSuccess;
  const checked = useChecked(name, draft);
  const title = draft.name || draft.id || t("new");
  const keep = async () => {
    try {
      const found = await saving.mutateAsync({});
      done(t("kept", { name: title }));
      if (name === "") {
        go(`/segments/${encodeURIComponent(found.id)}`, { replace: true });
      }
    } catch {
      // Said above the conditions: what is written stays here.
    }
  };
  return (
    <Page
      title={title}
      about={draft.about}
      above={
        <Anchor component={Link} to="/segments" size="xs">
          {t("title")}
        </Anchor>
      }
      wide
      ready={ready || stored.isError}
      actions={
        mayWrite && ready ? (
          <>
            {name ? <Shelf name={name} called={title} /> : null}
            {writing.written ? (
              <Button
                variant="subtle"
                color="gray"
                onClick={() => {
                  writing.drop();
                  name ? undefined : go("/segments");
                }}
              >
                {t("discard")}
              </Button>
            ) : null}
            <Button
              onClick={keep}
              loading={saving.isPending}
              disabled={!writing.written || !checked.whole || !draft.name || text !== undefined}
            >
              {t("save")}
            </Button>
          </>
        ) : null
      }
    >
      {stored.isError ? <Fault fault={stored.error} again={stored.refetch} /> : null}
      {ready ? null : stored.isError ? null : <Loading rows={10} />}
      {ready ? (
        <>
          <NotKept writing={writing} />
          <Views name={name} writing={writing} checked={checked} mayWrite={mayWrite} />
        </>
      ) : null}
    </Page>
  );
}

interface ViewsProps {
  name: string;
  writing: Writing;
  checked: ReturnType<typeof useChecked>;
  mayWrite: boolean;
}

function Views({ name, writing, checked, mayWrite }: ViewsProps) {
  const { t } = useTranslation("segments");
  const [params, setParams] = useSearchParams();
  const { draft } = writing;
  const { faults, says, refused } = checked;
  const shown = VIEWS.filter((one) => name || !KEPT.includes(one));
  const view = shown.find((one) => one === params.get("view")) ?? "build";
  const beside = view === "build" || view === "yaml";
  return (
    <Tabs
      value={view}
      keepMounted={false}
      onChange={(next) => {
        const put = new URLSearchParams(params);
        next && next !== "build" ? put.set("view", next) : put.delete("view");
        setParams(put, { replace: true });
      }}
    >
      <Tabs.List className={styles.tabs} aria-label={t("views")}>
        {shown.map((one) => (
          <Tabs.Tab key={one} value={one}>
            {t(`view.${one}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <div className={styles.editor} data-beside={beside || undefined}>
        <div>
          {shown.map((one) => (
            <Tabs.Panel key={one} value={one}>
              {one === "build" ? (
                <Builder writing={writing} faults={faults} readOnly={!mayWrite} />
              ) : null}
              {one === "yaml" ? (
                <Suspense fallback={<Loading rows={8} />}>
                  <AsYaml writing={writing} faults={faults} readOnly={!mayWrite} />
                </Suspense>
              ) : null}
              {one === "explain" ? <Explain where={draft.where} /> : null}
              {one === "sizes" ? <Sizes name={name} /> : null}
              {one === "history" ? (
                <History name={name} writing={writing} mayWrite={mayWrite} />
              ) : null}
            </Tabs.Panel>
          ))}
        </div>
        {beside ? <Live where={draft.where} says={says} wrong={refused} /> : null}
      </div>
    </Tabs>
  );
}

interface BuilderProps {
  writing: Writing;
  faults: readonly Wrong[];
  readOnly: boolean;
}

function Builder({ writing, faults, readOnly }: BuilderProps) {
  const { t } = useTranslation("segments");
  const { draft, put, text } = writing;
  const apart = faults.filter((fault) => !fault.where.startsWith("where["));
  if (text !== undefined) {
    return (
      <Alert color="yellow" title={t("yaml.unread")}>
        <Anchor component={Link} to="?view=yaml" replace>
          {t("inYaml")}
        </Anchor>
      </Alert>
    );
  }
  return (
    <fieldset disabled={readOnly} className={styles.builder}>
      <Card>
        <Group gap={12} align="flex-start" grow preventGrowOverflow={false}>
          <TextInput
            label={t("name")}
            placeholder={t("nameLike")}
            value={draft.name ?? ""}
            required
            miw={220}
            onChange={(event) => put({ ...draft, name: event.currentTarget.value })}
          />
          <TextInput
            label={t("aboutIt")}
            value={draft.about ?? ""}
            miw={220}
            onChange={(event) => put({ ...draft, about: event.currentTarget.value })}
          />
        </Group>
      </Card>
      <Card title={t("conditions")} about={draft.where.length ? t("conditionsAbout") : t("teach")}>
        <Faults value={faults}>
          <Conditions
            of={draft.where}
            by="all"
            path="where"
            onChange={(where) => put({ ...draft, where })}
          />
        </Faults>
        {apart.map((fault) => (
          <p key={fault.where + fault.message} className={styles.fault} role="alert">
            {fault.message} {fault.fix}
          </p>
        ))}
      </Card>
    </fieldset>
  );
}
