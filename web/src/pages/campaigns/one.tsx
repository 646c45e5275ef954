/** One campaign: where it is, live; what it says; its test; its notes; and all that can be done. */
import { Anchor, Button, Group, Menu, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconChartBar,
  IconDots,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconRocket,
} from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { whole } from "~/app/format";
import { useMay } from "~/app/session";
import { Card } from "~/kit/Card";
import { Dialogue } from "~/kit/Dialogue";
import { Empty } from "~/kit/Empty";
import { Fault } from "~/kit/Fault";
import { Page } from "~/kit/Page";
import { Query } from "~/kit/Query";
import { CopyDialogue } from "./CopyDialogue";
import { useArchive, useControl } from "./changing";
import { isLive, type Run, useArchived, useLiveCampaigns, useRuns } from "./data";
import type { Draft } from "./definition";
import { useStored } from "./draft";
import { Notes } from "./Notes";
import { Runs } from "./Runs";
import { State } from "./State";
import { Stopped } from "./Stop";
import { Summary } from "./Summary";
import { Tests } from "./Tests";

export function Component() {
  const { name = "" } = useParams();
  useLiveCampaigns();
  const stored = useStored(name);
  const runs = useRuns(name);
  const archived = useArchived(name);
  const draft = stored.data?.body as Draft | undefined;
  const all = runs.data?.items ?? [];
  const [newest] = all;
  if (stored.isError) {
    return (
      <Page title={name} above={<ToAll />} ready>
        <Fault fault={stored.error} again={stored.refetch} />
      </Page>
    );
  }
  return (
    <Page
      title={draft?.name ?? name}
      above={<ToAll />}
      about={runs.data ? <State of={archived ? "archived" : (newest?.state ?? "draft")} /> : null}
      ready={!stored.isPending && !runs.isPending}
      actions={
        stored.data ? (
          <Actions name={name} called={draft?.name ?? name} runs={all} archived={archived} />
        ) : null
      }
    >
      <Stopped />
      <Query of={runs} rows={4}>
        {() =>
          newest ? (
            <>
              <Runs runs={all} />
              {draft?.test ? <Tests name={name} variants={draft.variants ?? []} /> : null}
            </>
          ) : (
            <NotYet name={name} />
          )
        }
      </Query>
      <Query of={stored} rows={6}>
        {() => (draft ? <Summary draft={draft} /> : null)}
      </Query>
      <Notes name={name} />
    </Page>
  );
}

function ToAll() {
  const { t } = useTranslation("campaigns");
  return (
    <Anchor component={Link} to="/campaigns" size="xs">
      {t("title")}
    </Anchor>
  );
}

function NotYet({ name }: { name: string }) {
  const { t } = useTranslation("campaigns");
  return (
    <Card>
      <Empty
        title={t("one.notYet")}
        action={
          <Button
            component={Link}
            to={`/campaigns/${name}/edit?step=review`}
            leftSection={<IconRocket size={16} />}
          >
            {t("edit.review")}
          </Button>
        }
      >
        {t("one.notYetAbout")}
      </Empty>
    </Card>
  );
}

interface ActionsProps {
  name: string;
  called: string;
  runs: readonly Run[];
  archived: boolean;
}

function Actions({ name, called, runs, archived }: ActionsProps) {
  const { t } = useTranslation("campaigns");
  const [copying, copy] = useDisclosure(false);
  const archive = useArchive();
  const maySend = useMay("sending");
  const mayWrite = useMay("content");
  const live = runs.some((run) => isLive(run.state));
  return (
    <>
      {runs.some((run) => run.launched) ? (
        <Button
          component={Link}
          to={`/reports/${name}`}
          variant="default"
          leftSection={<IconChartBar size={16} />}
        >
          {t("one.report")}
        </Button>
      ) : null}
      {maySend && live ? <Controls name={name} runs={runs} /> : null}
      {mayWrite ? (
        <Button
          component={Link}
          to={`/campaigns/${name}/edit`}
          variant="default"
          leftSection={<IconPencil size={16} />}
        >
          {t("act.edit")}
        </Button>
      ) : null}
      {mayWrite ? (
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default" px={10} aria-label={t("more", { name: called })}>
              <IconDots size={16} />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item component={Link} to={`/campaigns/${name}/edit?step=review`}>
              {t("one.again")}
            </Menu.Item>
            <Menu.Item onClick={copy.open}>{t("act.copy")}</Menu.Item>
            <Menu.Item
              disabled={!archived && live}
              onClick={() => archive.mutate({ name, called, away: !archived })}
            >
              {t(archived ? "act.fetchBack" : "act.archive")}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      ) : null}
      {copying ? <CopyDialogue of={{ id: name, name: called }} onClose={copy.close} /> : null}
    </>
  );
}

/** Pause or go on, and the end of it, which is asked for twice. */
function Controls({ name, runs }: { name: string; runs: readonly Run[] }) {
  const { t } = useTranslation("campaigns");
  const control = useControl(name);
  const [asked, ask] = useState(false);
  const paused = runs.some((run) => run.state === "paused");
  const left = runs
    .filter((run) => isLive(run.state))
    .reduce((all, run) => all + run.waiting + (run.messages.queued ?? 0), 0);
  return (
    <>
      <Button
        variant="default"
        loading={control.isPending}
        leftSection={paused ? <IconPlayerPlay size={16} /> : <IconPlayerPause size={16} />}
        onClick={() => control.mutate(paused ? "resume" : "pause")}
      >
        {t(paused ? "act.resume" : "act.pause")}
      </Button>
      <Button variant="default" c="var(--bad)" onClick={() => ask(true)}>
        {t("act.cancel")}
      </Button>
      <Dialogue opened={asked} onClose={() => ask(false)} title={t("cancelling.title")}>
        <Text>
          {left > 0
            ? t("cancelling.about", { count: left, n: whole(left) })
            : t("cancelling.none")}
        </Text>
        <Group justify="flex-end" gap={8} mt={20}>
          <Button variant="default" onClick={() => ask(false)}>
            {t("cancelling.not")}
          </Button>
          {paused ? null : (
            <Button
              variant="default"
              loading={control.isPending}
              onClick={() => control.mutate("pause", { onSuccess: () => ask(false) })}
            >
              {t("cancelling.pause")}
            </Button>
          )}
          <Button
            bg="var(--mantine-color-red-8)"
            loading={control.isPending}
            onClick={() => control.mutate("cancel", { onSuccess: () => ask(false) })}
          >
            {t("act.cancel")}
          </Button>
        </Group>
      </Dialogue>
    </>
  );
}
