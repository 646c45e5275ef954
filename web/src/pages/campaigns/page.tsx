/** All campaigns: where each is, on which channels, with which labels; and the emergency stop. */
import { ActionIcon, Button, Chip, Group, Menu, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconCalendar, IconDots, IconPlus, IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { ago, moment } from "~/app/format";
import { isKept } from "~/app/kept";
import { useMay } from "~/app/session";
import { newPlace } from "~/app/writing";
import { Card } from "~/kit/Card";
import { ChannelIcon, useChannelName } from "~/kit/channels";
import { Empty } from "~/kit/Empty";
import { Page } from "~/kit/Page";
import { Pill } from "~/kit/Pill";
import { Query } from "~/kit/Query";
import { type Column, Table } from "~/kit/Table";
import { CopyDialogue } from "./CopyDialogue";
import styles from "./campaigns.module.css";
import { useArchive } from "./changing";
import { isLive, type Listed, useDefinitions, useLiveCampaigns, useShelf } from "./data";
import { LabelsDialogue } from "./LabelsDialogue";
import { State } from "./State";
import { EmergencyStop, Stopped } from "./Stop";

export function Component() {
  const { t } = useTranslation("campaigns");
  const [params, setParams] = useSearchParams();
  useLiveCampaigns();
  const label = params.get("label") ?? "";
  const words = params.get("words") ?? "";
  const archived = params.get("archived") === "yes";
  const shelf = useShelf(label, words, archived);
  const mayWrite = useMay("content");
  const narrow = label !== "" || words !== "" || archived;
  const set = (name: string, value: string) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        value ? next.set(name, value) : next.delete(name);
        return next;
      },
      { replace: true },
    );
  const search = useDebouncedCallback((typed: string) => set("words", typed), 250);
  const rows = shelf.data?.items ?? [];
  const labels = [...new Set([...rows.flatMap((one) => one.labels), ...(label ? [label] : [])])];
  return (
    <Page
      title={t("title")}
      about={t("about")}
      ready={!shelf.isPending}
      actions={
        <>
          <EmergencyStop />
          <Button
            component={Link}
            to="/calendar"
            variant="default"
            leftSection={<IconCalendar size={16} />}
          >
            {t("calendar")}
          </Button>
          {mayWrite ? <NewButton /> : null}
        </>
      }
    >
      <Stopped />
      <Group gap={8}>
        <TextInput
          aria-label={t("search")}
          placeholder={t("search")}
          leftSection={<IconSearch size={16} />}
          defaultValue={words}
          onChange={(event) => search(event.currentTarget.value)}
          w={{ base: "100%", sm: 260 }}
        />
        {labels.map((one) => (
          <Chip
            key={one}
            size="sm"
            variant="outline"
            checked={one === label}
            onChange={(on) => set("label", on ? one : "")}
          >
            {one}
          </Chip>
        ))}
        <Chip
          size="sm"
          variant="outline"
          checked={archived}
          onChange={(on) => set("archived", on ? "yes" : "")}
        >
          {t("archive")}
        </Chip>
      </Group>
      <Card flush>
        <Query of={shelf} rows={8}>
          {() => (
            <Shelf
              rows={rows}
              empty={
                narrow ? (
                  <Empty title={t("nothingFound")} />
                ) : (
                  <Empty title={t("empty")} action={mayWrite ? <NewButton /> : null}>
                    {t("emptyAbout")}
                  </Empty>
                )
              }
            />
          )}
        </Query>
      </Card>
    </Page>
  );
}

function NewButton() {
  const { t } = useTranslation("campaigns");
  return (
    <Button component={Link} to="/campaigns/new" leftSection={<IconPlus size={16} />}>
      {t(isKept(newPlace("campaign")) ? "goOn" : "new")}
    </Button>
  );
}

interface ShelfProps {
  rows: Listed[];
  empty: React.ReactNode;
}

function Shelf({ rows, empty }: ShelfProps) {
  const { t } = useTranslation("campaigns");
  const called = useChannelName();
  const topics = useDefinitions("topic").data;
  const columns: Column<Listed>[] = [
    {
      key: "name",
      label: t("column.name"),
      show: (one) => (
        <>
          <Link to={`/campaigns/${one.id}`} className={styles.name}>
            {one.name}
          </Link>
          {one.labels.length ? (
            <span className={styles.labels}>
              {one.labels.map((label) => (
                <Pill key={label}>{label}</Pill>
              ))}
            </span>
          ) : null}
        </>
      ),
    },
    { key: "state", label: t("column.state"), show: (one) => <State of={one.state} /> },
    {
      key: "channels",
      label: t("column.channels"),
      wide: true,
      show: (one) => (
        <span
          className={styles.channels}
          role="img"
          aria-label={one.channels.map(called).join(", ")}
        >
          {one.channels.map((channel) => (
            <ChannelIcon key={channel} name={channel} />
          ))}
        </span>
      ),
    },
    {
      key: "topic",
      label: t("column.topic"),
      wide: true,
      show: (one) => topics?.find((topic) => topic.id === one.topic)?.name ?? one.topic,
    },
    {
      key: "sent",
      label: t("column.sent"),
      wide: true,
      show: (one) => <Sent of={one} />,
    },
    { key: "more", label: t("column.more"), width: 48, show: (one) => <More of={one} /> },
  ];
  return (
    <Table
      label={t("title")}
      columns={columns}
      rows={rows}
      id={(one) => one.id}
      to={(one) => `/campaigns/${one.id}`}
      empty={empty}
    />
  );
}

/** When it goes next, else when it went last. */
function Sent({ of: { next, last } }: { of: Listed }) {
  const { t } = useTranslation("campaigns");
  const at = next ?? last;
  if (!at) {
    return t("column.never");
  }
  return <span title={moment(at)}>{next ? t("column.goes", { when: ago(next) }) : ago(at)}</span>;
}

/** What can be done with a campaign of the list. */
function More({ of }: { of: Listed }) {
  const { t } = useTranslation("campaigns");
  const [asked, ask] = useState<"copy" | "labels" | null>(null);
  const archive = useArchive();
  const away = of.state === "archived";
  if (!useMay("content")) {
    return null;
  }
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={t("more", { name: of.name })}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item component={Link} to={`/campaigns/${of.id}/edit`}>
            {t("act.edit")}
          </Menu.Item>
          <Menu.Item onClick={() => ask("copy")}>{t("act.copy")}</Menu.Item>
          <Menu.Item onClick={() => ask("labels")}>{t("act.labels")}</Menu.Item>
          <Menu.Item
            disabled={!away && isLive(of.state)}
            onClick={() => archive.mutate({ name: of.id, called: of.name, away: !away })}
          >
            {t(away ? "act.fetchBack" : "act.archive")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asked === "copy" ? <CopyDialogue of={of} onClose={() => ask(null)} /> : null}
      {asked === "labels" ? (
        <LabelsDialogue name={of.id} labels={of.labels} onClose={() => ask(null)} />
      ) : null}
    </>
  );
}
