/** Product feeds: when each was read last, what came of it, and reading it now. */
import { Button, Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "~/api/client";
import { ago, moment, whole } from "~/app/format";
import { useMay } from "~/app/session";
import { Card } from "~/kit/Card";
import { Confirm } from "~/kit/Confirm";
import { Empty } from "~/kit/Empty";
import { Pill, type Tone } from "~/kit/Pill";
import { Query } from "~/kit/Query";
import { SMALL } from "~/kit/small";
import { type Column, Table } from "~/kit/Table";
import { useAct } from "./changing";
import { ShopPage } from "./ShopPage";
import styles from "./shop.module.css";

type Feed = Schemas["FeedShown"];

const KEY = ["shop", "feeds"];
const TONES: Record<string, Tone> = { taken: "good", same: "good", held: "warn", failed: "bad" };
const FORMS = { google: "Google Merchant (XML)", csv: "CSV", json: "JSON" };

export function Component() {
  const { t } = useTranslation("shop");
  const may = useMay("content");
  const [making, setMaking] = useState(false);
  const columns = useColumns();
  const feeds = useQuery({
    queryKey: KEY,
    queryFn: () => body(api.GET("/api/feeds", { params: { query: { limit: 1000 } } })),
  });
  const make = may ? <Button onClick={() => setMaking(true)}>{t("newFeed")}</Button> : null;
  const some = !!feeds.data?.items.length;
  return (
    <ShopPage part="feeds" ready={!feeds.isPending} actions={some ? make : null}>
      <Card flush>
        <Query of={feeds}>
          {({ items }) => (
            <Table
              label={t("part.feeds")}
              columns={columns}
              rows={items}
              id={(row) => row.feed}
              empty={
                <Empty title={t("noFeeds")} action={make}>
                  {t("noFeedsAbout")}
                </Empty>
              }
            />
          )}
        </Query>
      </Card>
      {making ? <NewFeed onClose={() => setMaking(false)} /> : null}
    </ShopPage>
  );
}

function useColumns(): Column<Feed>[] {
  const { t } = useTranslation("shop");
  return [
    {
      key: "feed",
      label: t("feed"),
      show: ({ feed, source }) => (
        <span className={styles.two}>
          {feed}
          <span className={styles.quiet}>{source}</span>
        </span>
      ),
    },
    {
      key: "state",
      label: t("state"),
      show: ({ state, says }) => (
        <span className={styles.two}>
          <span>
            <Pill tone={TONES[state] ?? "calm"}>{t(`feedState.${state || "never"}`)}</Pill>
          </span>
          <span className={styles.quiet}>{says}</span>
        </span>
      ),
    },
    {
      key: "taken",
      label: t("lastTaken"),
      show: ({ taken }) => (taken ? <time title={moment(taken)}>{ago(taken)}</time> : "–"),
      wide: true,
    },
    {
      key: "products",
      label: t("part.products"),
      number: true,
      show: (row) => whole(row.products),
    },
    {
      key: "refused",
      label: t("refusedRows"),
      number: true,
      show: (row) => whole(row.refused),
      wide: true,
    },
    { key: "do", label: t("actions"), quiet: true, show: (row) => <Actions feed={row} /> },
  ];
}

function Actions({ feed }: { feed: Feed }) {
  const { t } = useTranslation("shop");
  const may = useMay("shop");
  const path = { name: feed.feed };
  const look = useAct({
    act: () => body(api.POST("/api/feeds/{name}/look", { params: { path } })),
    said: () => t("looking", { feed: feed.feed }),
    anew: KEY,
  });
  const allow = useAct({
    act: () => body(api.POST("/api/feeds/{name}/allow", { params: { path } })),
    said: () => t("allowed", { feed: feed.feed }),
    anew: KEY,
  });
  return may ? (
    <span className={styles.buttons}>
      {feed.state === "held" ? (
        <Button {...SMALL} loading={allow.isPending} onClick={() => allow.mutate(undefined)}>
          {t("allow")}
        </Button>
      ) : null}
      <Button
        {...SMALL}
        variant="default"
        loading={look.isPending}
        onClick={() => look.mutate(undefined)}
      >
        {t("look")}
      </Button>
    </span>
  ) : null;
}

function NewFeed({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("shop");
  const [id, setId] = useState("");
  const [source, setSource] = useState("");
  const [form, setForm] = useState<string>("google");
  const make = useAct({
    act: () =>
      body(
        api.PUT("/api/definitions/{kind}/{name}", {
          params: { path: { kind: "feed", name: id } },
          body: { definition: { source: source.trim(), form }, base: 0 },
        }),
      ),
    said: () => t("feedMade", { feed: id }),
    after: onClose,
    anew: KEY,
  });
  return (
    <Confirm
      opened
      title={t("newFeed")}
      action={t("save")}
      busy={make.isPending}
      disabled={!(id && source.trim())}
      onClose={onClose}
      onConfirm={() => make.mutate(undefined)}
    >
      <div className={styles.form}>
        <Short label={t("shortName")} value={id} onChange={setId} />
        <TextInput
          label={t("source")}
          description={t("sourceAbout")}
          placeholder="https://shop.example/google.xml"
          value={source}
          onChange={(event) => setSource(event.currentTarget.value)}
          required
        />
        <Select
          label={t("form")}
          data={Object.entries(FORMS).map(([value, label]) => ({ value, label }))}
          value={form}
          onChange={(one) => setForm(one ?? "google")}
          allowDeselect={false}
        />
      </div>
    </Confirm>
  );
}

interface ShortProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/** A short name by which other definitions know it: small Latin letters, digits and dashes. */
export function Short({ label, value, onChange }: ShortProps) {
  const { t } = useTranslation("shop");
  return (
    <TextInput
      label={label}
      description={t("shortAbout")}
      value={value}
      maxLength={64}
      onChange={(event) =>
        onChange(
          event.currentTarget.value
            .toLowerCase()
            .replace(/\s+/g, "-")
            .replace(/[^a-z0-9_-]/g, ""),
        )
      }
      required
    />
  );
}
