/** What was said, from its end: only what is in sight is drawn, fifty turns at a time are read. */
import { Anchor, Button } from "@mantine/core";
import { IconPaperclip } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "~/api/client";
import { clock, day } from "~/app/format";
import { useEarlier } from "./data";
import { OnItsWay } from "./OnItsWay";
import styles from "./replies.module.css";
import { type Answer, onWay, watchWay } from "./sending";
import type { Thread, Turn } from "./talks";

type Item = { turn: Turn; first: boolean } | { answer: Answer };

const GUESS = 76; // px of a turn before it is measured
const NEAR = 80; // px from the end that count as being there

/** The turns of a thread and what is still on its way, in the order in which they are drawn. */
export function items(thread: Thread, answers: readonly Answer[]): Item[] {
  const said = thread.turns.map((turn, n): Item => {
    const before = thread.turns[n - 1];
    return { turn, first: !before || day(before.at) !== day(turn.at) };
  });
  const waiting = answers.filter(
    (one) => one.talk === thread.conversation.id && !echoed(one, thread.turns),
  );
  return [...said, ...waiting.map((answer): Item => ({ answer }))];
}

/** Whether the thread has an answer already of which only the confirmation was lost. */
const echoed = (answer: Answer, turns: readonly Turn[]) =>
  !answer.refused &&
  turns.some(
    (one) =>
      one.seq > answer.after && one.operator === answer.operator && one.text === answer.text,
  );

export function Turns({ thread }: { thread: Thread }) {
  const { t } = useTranslation("replies");
  const box = useRef<HTMLDivElement>(null);
  const answers = useSyncExternalStore(watchWay, onWay);
  const all = items(thread, answers);
  const earlier = useEarlier(thread.conversation.id);
  const rows = useVirtualizer({
    count: all.length,
    getScrollElement: () => box.current,
    estimateSize: () => GUESS,
    getItemKey: (n) => key(all[n]),
    overscan: 8,
    paddingStart: thread.earlier ? 64 : 16,
    paddingEnd: 16,
    // whoever reads the end is shown what comes; whoever has scrolled up stays where they are
    initialOffset: () => all.length * GUESS,
    anchorTo: "end",
    followOnAppend: true,
    scrollEndThreshold: NEAR,
  });
  const first = thread.turns[0]?.seq ?? 0;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled by keys too
    <div className={styles.turns} ref={box} tabIndex={0} role="log" aria-label={t("said")}>
      {thread.earlier ? (
        <div className={styles.earlier}>
          <Button
            variant="default"
            size="xs"
            loading={earlier.isPending}
            onClick={() => earlier.mutate(first)}
          >
            {t("earlier")}
          </Button>
        </div>
      ) : null}
      <div className={styles.sheet} style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((row) => (
          <div
            key={row.key}
            ref={rows.measureElement}
            data-index={row.index}
            className={styles.place}
            style={{ transform: `translateY(${row.start}px)` }}
          >
            <Drawn item={all[row.index]} talk={thread.conversation} />
          </div>
        ))}
      </div>
    </div>
  );
}

const key = (item: Item | undefined) =>
  item ? ("turn" in item ? item.turn.seq : item.answer.id) : "";

function Drawn({ item, talk }: { item: Item | undefined; talk: Thread["conversation"] }) {
  if (!item) {
    return null;
  }
  return "answer" in item ? (
    <OnItsWay answer={item.answer} talk={talk} />
  ) : (
    <>
      {item.first ? <div className={styles.day}>{day(item.turn.at)}</div> : null}
      <Said turn={item.turn} name={talk.name || talk.address} />
    </>
  );
}

const FAILED = ["failed", "rejected", "bounced", "unknown"];

function Said({ turn, name }: { turn: Turn; name: string }) {
  const { t, i18n } = useTranslation("replies");
  const ours = turn.author === "operator";
  const bad = FAILED.includes(turn.status);
  const status = i18n.exists(`replies:status.${turn.status}`)
    ? t(`status.${turn.status}`)
    : turn.status;
  return (
    <article className={styles.said} data-ours={ours || undefined}>
      <div className={styles.by}>
        {ours ? turn.operator : name} · <time dateTime={turn.at}>{clock(turn.at)}</time>
      </div>
      <div className={styles.bubble}>
        {turn.subject ? <b>{turn.subject}</b> : null}
        {turn.text ? <p>{turn.text}</p> : null}
        {turn.tapped ? (
          <p className={styles.quiet}>{t("pressed", { what: turn.tapped })}</p>
        ) : null}
        {turn.media.map((one) => (
          <File key={`${one.kind} ${one.url} ${one.reference} ${one.name}`} media={one} />
        ))}
        {turn.buttons.map((one) => (
          <span key={one.text} className={styles.button}>
            {one.text}
          </span>
        ))}
      </div>
      {ours && turn.status ? (
        <div className={styles.by} data-bad={bad || undefined}>
          {status}
          {bad && turn.code ? ` (${turn.code})` : ""}
        </div>
      ) : null}
    </article>
  );
}

/** A picture or file by its name: it stays with the vendor, and nothing of it is loaded here. */
function File({ media }: { media: Schemas["MediaShown"] }) {
  const { t } = useTranslation("replies");
  const called = media.name || t(`media.${media.kind}`, { defaultValue: media.kind });
  return (
    <span className={styles.file}>
      <IconPaperclip size={15} aria-hidden />
      {media.url?.startsWith("https://") ? (
        <Anchor href={media.url} target="_blank" rel="noreferrer">
          {called}
        </Anchor>
      ) : (
        called
      )}
    </span>
  );
}
