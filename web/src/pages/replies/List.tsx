/** Who has written, the latest first: what they said last, on which channel, how much is unread. */
import { Button, Checkbox, SegmentedControl, Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { ago, moment, whole } from "~/app/format";
import { CHANNELS, Channel, useChannelName } from "~/kit/channels";
import { Empty } from "~/kit/Empty";
import { Face } from "~/kit/Face";
import { Fault } from "~/kit/Fault";
import { Loading } from "~/kit/Loading";
import { More } from "~/kit/Table";
import type { useTalks } from "./data";
import styles from "./replies.module.css";
import { writeFilter } from "./search";
import { FILTER, type Filter, type Talk } from "./talks";

const STATES = ["open", "waiting", "closed", ""] as const;
/** Channels on which people can write. */
const HEARING = CHANNELS.filter((name) => !name.endsWith("_push"));

interface ListProps {
  list: ReturnType<typeof useTalks>;
  filter: Filter;
  open: string;
}

export function List({ list, filter, open }: ListProps) {
  const { t } = useTranslation("replies");
  const talks = list.data?.pages.flatMap((page) => page.items) ?? [];
  const search = writeFilter(filter).toString();
  return (
    <section className={styles.list} aria-label={t("title")}>
      <header className={styles.listHead}>
        <h2>{t("title")}</h2>
        <Filters filter={filter} open={open} />
      </header>
      <div className={styles.scroll}>
        {list.error && !list.data ? (
          <Fault fault={list.error} again={list.refetch} />
        ) : list.isPending ? (
          <div className={styles.inset}>
            <Loading rows={8} height={72} />
          </div>
        ) : talks.length === 0 ? (
          <Nobody filter={filter} />
        ) : (
          <ul className={styles.talks}>
            {talks.map((talk) => (
              <li key={talk.id}>
                <Row talk={talk} search={search} open={talk.id === open} />
              </li>
            ))}
          </ul>
        )}
        {list.hasNextPage ? (
          <More busy={list.isFetchingNextPage} load={list.fetchNextPage} endless />
        ) : null}
      </div>
    </section>
  );
}

function Filters({ filter, open }: { filter: Filter; open: string }) {
  const { t } = useTranslation("replies");
  const channelName = useChannelName();
  const go = useNavigate();
  const change = (some: Partial<Filter>) => {
    const search = writeFilter({ ...filter, ...some }).toString();
    void go({ pathname: open ? `/replies/${open}` : "/replies", search }, { replace: true });
  };
  return (
    <>
      <SegmentedControl
        fullWidth
        size="xs"
        aria-label={t("whoseTurn")}
        value={filter.state}
        data={STATES.map((state) => ({ value: state, label: t(`state.${state || "all"}`) }))}
        onChange={(state) => change({ state: state as Filter["state"] })}
      />
      <div className={styles.filters}>
        <Select
          size="xs"
          aria-label={t("channel")}
          placeholder={t("channels")}
          clearable
          clearButtonProps={{ "aria-label": t("channels") }}
          data={HEARING.map((name) => ({ value: name, label: channelName(name) }))}
          value={filter.channel || null}
          onChange={(channel) => change({ channel: channel ?? "" })}
        />
        <Checkbox
          size="xs"
          label={t("mine")}
          checked={filter.mine}
          onChange={(event) => change({ mine: event.currentTarget.checked })}
        />
      </div>
    </>
  );
}

function Row({ talk, search, open }: { talk: Talk; search: string; open: boolean }) {
  const { t } = useTranslation("replies");
  const name = talk.name || talk.address;
  return (
    <Link
      to={{ pathname: `/replies/${talk.id}`, search }}
      className={styles.talk}
      aria-current={open || undefined}
      data-unread={talk.unread > 0 || undefined}
    >
      <Face name={name} size={34} />
      <span className={styles.talkWords}>
        <span className={styles.talkLine}>
          <b>{name}</b>
          <time dateTime={talk.last} title={moment(talk.last)}>
            {ago(talk.last)}
          </time>
        </span>
        <span className={styles.snippet}>{talk.snippet}</span>
        <span className={styles.talkLine}>
          <span className={styles.from}>
            <Channel name={talk.channel} />
            {talk.assignee ? <span className={styles.with}>{talk.assignee}</span> : null}
          </span>
          {talk.unread > 0 ? (
            <span className={styles.unread}>
              <span className="visually-hidden">{t("unread")}: </span>
              {whole(talk.unread)}
            </span>
          ) : null}
        </span>
      </span>
    </Link>
  );
}

function Nobody({ filter }: { filter: Filter }) {
  const { t } = useTranslation("replies");
  const narrow = filter.mine || filter.channel;
  if (narrow || filter.state === "waiting" || filter.state === "closed") {
    return (
      <Empty
        title={t("nothingFits")}
        action={
          <Button
            component={Link}
            to={{ pathname: "/replies", search: writeFilter(FILTER).toString() }}
          >
            {t("toOpen")}
          </Button>
        }
      />
    );
  }
  return (
    <Empty title={filter.state ? t("allAnswered") : t("nothingYet")}>
      {filter.state ? t("allAnsweredAbout") : t("nothingYetAbout")}
    </Empty>
  );
}
