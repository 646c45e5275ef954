/** The box for an answer; it says until when the channel takes one, and sends what is written. */
import { ActionIcon, Button, CloseButton, Textarea, Tooltip } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconPaperclip, IconSend } from "@tabler/icons-react";
import { type KeyboardEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ago, moment } from "~/app/format";
import type { Colleague } from "~/app/line";
import { useBeside } from "~/app/live";
import { useMay } from "~/app/session";
import { useChannelName } from "~/kit/channels";
import { Note } from "~/kit/Note";
import { Attach } from "./Attach";
import { Both, Company, useWriting, writersOf } from "./Company";
import { useOperator } from "./data";
import { type Draft, NOTHING, useDraft } from "./drafts";
import styles from "./replies.module.css";
import { send } from "./sending";
import { answerable, type Talk, type Thread } from "./talks";

export function Composer({ thread }: { thread: Thread }) {
  const writing = useWriting();
  const beside = useBeside(thread.conversation.id, writing.writing);
  return (
    <div className={styles.answering}>
      <Company of={beside} />
      <Answering {...{ thread, beside, writing }} />
    </div>
  );
}

interface AnsweringProps {
  thread: Thread;
  beside: readonly Colleague[];
  writing: ReturnType<typeof useWriting>;
}

function Answering({ thread, beside, writing }: AnsweringProps) {
  const { t } = useTranslation("replies");
  const channelName = useChannelName();
  const may = useMay("conversations");
  const talk = thread.conversation;
  const window = answerable(talk);
  if (!may) {
    return <p className={styles.closedBox}>{t("mayOnlyRead")}</p>;
  }
  return window && !window.open ? (
    <div className={styles.closedBox}>
      <Note title={t("over", { channel: channelName(talk.channel) })}>
        {t("overAbout", { when: moment(window.until) })}
      </Note>
    </div>
  ) : (
    <Box talk={talk} until={window?.until ?? ""} writers={writersOf(beside)} writing={writing} />
  );
}

interface BoxProps {
  talk: Talk;
  until: string;
  /** Colleagues who write an answer to the same. */
  writers: readonly Colleague[];
  writing: ReturnType<typeof useWriting>;
}

function Box({ talk, until, writers, writing }: BoxProps) {
  const { t } = useTranslation("replies");
  const operator = useOperator();
  const [draft, keep] = useDraft(talk.id);
  const [attaching, setAttaching] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  useHotkeys([["r", () => area.current?.focus()]]);
  const empty = !draft.text.trim() && draft.media.length === 0;
  const [warned, warn] = useState(false);
  if (warned && writers.length === 0) {
    warn(false);
  }
  const give = () => {
    if (!empty && writers.length > 0 && !warned) {
      warn(true);
    } else if (!empty) {
      warn(false);
      writing.sent();
      send({ ...answer(talk, draft), operator });
      keep(NOTHING);
      area.current?.focus();
    }
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      give();
    }
  };
  return (
    <form
      className={styles.composer}
      onSubmit={(event) => {
        event.preventDefault();
        give();
      }}
    >
      {draft.media.map((one, n) => (
        <span key={one.url} className={styles.file}>
          <IconPaperclip size={15} aria-hidden />
          {one.name || one.url}
          <CloseButton
            size="sm"
            aria-label={t("detach")}
            onClick={() => keep({ ...draft, media: draft.media.filter((_, m) => m !== n) })}
          />
        </span>
      ))}
      {attaching ? (
        <Attach
          onClose={() => setAttaching(false)}
          onAttach={(media) => {
            keep({ ...draft, media: [...draft.media, media] });
            setAttaching(false);
          }}
        />
      ) : null}
      {warned ? <Both onSend={give} onWait={() => warn(false)} /> : null}
      <Textarea
        ref={area}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={20_000}
        aria-label={t("answer")}
        placeholder={t("answer")}
        value={draft.text}
        onChange={(event) => {
          keep({ ...draft, text: event.currentTarget.value });
          writing.wrote();
        }}
        onKeyDown={press}
      />
      <div className={styles.sendRow}>
        <span className={styles.hint}>
          {until ? t("until", { when: moment(until), left: ago(until) }) : t("keys")}
        </span>
        <Tooltip label={t("attach.title")}>
          <ActionIcon
            variant="default"
            size={36}
            aria-label={t("attach.title")}
            aria-expanded={attaching}
            onClick={() => setAttaching(!attaching)}
          >
            <IconPaperclip size={18} />
          </ActionIcon>
        </Tooltip>
        <Button type="submit" disabled={empty} leftSection={<IconSend size={16} aria-hidden />}>
          {t("send")}
        </Button>
      </div>
    </form>
  );
}

const answer = (talk: Talk, { text, media }: Draft) => ({
  id: crypto.randomUUID(),
  talk: talk.id,
  after: talk.seq,
  at: new Date().toISOString(),
  text,
  media,
  force: false,
});
