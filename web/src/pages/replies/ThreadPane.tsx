/** One conversation: who it is, what was said, whose turn it is, and the box for an answer. */
import { ActionIcon, Anchor, Button, Tooltip } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconChevronLeft, IconUser } from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { useMay } from "~/app/session";
import { Channel } from "~/kit/channels";
import { Empty } from "~/kit/Empty";
import { Fault } from "~/kit/Fault";
import { Loading } from "~/kit/Loading";
import { done } from "~/kit/notices";
import { Pill, type Tone } from "~/kit/Pill";
import { Composer } from "./Composer";
import { useChangeTalk, useOperator } from "./data";
import styles from "./replies.module.css";
import { Turns } from "./Turns";
import type { Talk, Thread } from "./talks";

const TONES: Record<string, Tone> = { open: "accent", waiting: "calm", closed: "calm" };

interface ThreadPaneProps {
  number: string;
  thread: UseQueryResult<Thread>;
  /** The person is shown in its place, where only one has room. */
  hidden: boolean;
  onPerson: () => void;
}

export function ThreadPane({ number, thread, hidden, onPerson }: ThreadPaneProps) {
  const { t } = useTranslation("replies");
  if (!thread.data) {
    return (
      <section className={styles.thread} aria-label={t("conversation")}>
        <div className={styles.inset}>
          {thread.error ? (
            <Unknown fault={thread.error} again={thread.refetch} />
          ) : (
            <Loading rows={8} height={56} />
          )}
        </div>
      </section>
    );
  }
  const { conversation } = thread.data;
  return (
    <section
      className={styles.thread}
      aria-label={t("conversation")}
      data-hidden={hidden || undefined}
    >
      <Head talk={conversation} onPerson={onPerson} />
      <Turns key={number} thread={thread.data} />
      <Composer thread={thread.data} />
    </section>
  );
}

function Unknown({ fault, again }: { fault: Error; again: () => unknown }) {
  const { t } = useTranslation("replies");
  return "status" in fault && fault.status === 404 ? (
    <Empty
      title={t("gone")}
      action={
        <Button component={Link} to="/replies">
          {t("toOpen")}
        </Button>
      }
    >
      {t("goneAbout")}
    </Empty>
  ) : (
    <Fault fault={fault} again={again} />
  );
}

function Head({ talk, onPerson }: { talk: Talk; onPerson: () => void }) {
  const { t } = useTranslation("replies");
  const [params] = useSearchParams();
  const mayChange = useMay("conversations");
  const name = talk.name || talk.address;
  const list = new URLSearchParams(params);
  list.delete("pane");
  return (
    <header className={styles.threadHead}>
      <Anchor
        component={Link}
        to={{ pathname: "/replies", search: list.toString() }}
        className={styles.back}
        aria-label={t("toList")}
      >
        <IconChevronLeft size={20} aria-hidden />
      </Anchor>
      <div className={styles.who}>
        <h2>
          <Link to={`/people/${talk.pid}`}>{name}</Link>
        </h2>
        <span className={styles.where}>
          <Channel name={talk.channel} />
          <Pill tone={TONES[talk.state] ?? "calm"}>{t(`turn.${talk.state}`)}</Pill>
        </span>
      </div>
      {mayChange ? <Actions talk={talk} /> : null}
      <Tooltip label={t("person")}>
        <ActionIcon
          className={styles.toPerson}
          variant="default"
          size={36}
          onClick={onPerson}
          aria-label={t("person")}
        >
          <IconUser size={18} />
        </ActionIcon>
      </Tooltip>
    </header>
  );
}

function Actions({ talk }: { talk: Talk }) {
  const { t } = useTranslation("replies");
  const me = useOperator();
  const change = useChangeTalk(talk);
  useSeen(talk, change.mutate);
  const back = { label: t("undo"), act: () => change.mutate({ state: "open" }) };
  const close = () => {
    change.mutate({ state: "closed" }, { onSuccess: () => done(t("closed"), back) });
  };
  const open = () => {
    change.mutate({ state: "open" });
  };
  const closed = talk.state === "closed";
  useHotkeys([["e", closed ? open : close]]);
  const mine = talk.assignee === me;
  return (
    <div className={styles.actions}>
      <Button
        variant="default"
        onClick={() => change.mutate({ assignee: mine ? "" : me })}
        className={styles.take}
      >
        {mine ? t("giveBack") : talk.assignee ? t("takeOver") : t("take")}
      </Button>
      <Button variant={closed ? "filled" : "default"} onClick={closed ? open : close}>
        {closed ? t("reopen") : t("close")}
      </Button>
    </div>
  );
}

/** What somebody looks at has been read. */
function useSeen(talk: Talk, change: (change: { read: number }) => void) {
  const told = useRef(0);
  const { seq, unread } = talk;
  useEffect(() => {
    const see = () => {
      if (unread > 0 && told.current < seq && document.visibilityState === "visible") {
        told.current = seq;
        change({ read: seq });
      }
    };
    see();
    document.addEventListener("visibilitychange", see);
    return () => {
      document.removeEventListener("visibilitychange", see);
    };
  }, [seq, unread, change]);
}
