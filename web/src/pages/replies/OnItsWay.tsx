/** An answer that the server does not have yet, or did not take: nothing that was written is lost. */
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { clock } from "~/app/format";
import { SMALL } from "~/kit/small";
import { useDraft } from "./drafts";
import styles from "./replies.module.css";
import { type Answer, giveUp, send } from "./sending";
import type { Talk } from "./talks";

export function OnItsWay({ answer, talk }: { answer: Answer; talk: Talk }) {
  const { t } = useTranslation("replies");
  return (
    <article className={styles.said} data-ours data-waiting={!answer.refused || undefined}>
      <div className={styles.by}>
        {answer.operator} · <time dateTime={answer.at}>{clock(answer.at)}</time>
      </div>
      <div className={styles.bubble}>
        {answer.text ? <p>{answer.text}</p> : null}
        {answer.media.map((one) => (
          <span key={one.url} className={styles.file}>
            {one.name || one.url}
          </span>
        ))}
      </div>
      {answer.refused ? (
        <Refused answer={answer} talk={talk} />
      ) : (
        <div className={styles.by} role="status">
          {t("status.sending")}
        </div>
      )}
    </article>
  );
}

function Refused({ answer, talk }: { answer: Answer; talk: Talk }) {
  const { t } = useTranslation("replies");
  const [, keep] = useDraft(talk.id);
  const { refused, ...again } = answer;
  const answered = refused?.where === "after";
  return (
    <div className={styles.refused} role="alert">
      <p>{refused?.message}</p>
      {answered || !refused?.fix ? null : <p className={styles.quiet}>{refused.fix}</p>}
      <div className={styles.refusedDo}>
        {answered ? (
          <Button
            {...SMALL}
            variant="default"
            onClick={() => send({ ...again, after: talk.seq, force: true })}
          >
            {t("sendAllTheSame")}
          </Button>
        ) : null}
        <Button
          {...SMALL}
          variant="default"
          onClick={() => {
            keep({ text: answer.text, media: answer.media });
            giveUp(answer.id);
          }}
        >
          {t("edit")}
        </Button>
        <Button {...SMALL} variant="subtle" onClick={() => giveUp(answer.id)}>
          {t("discard")}
        </Button>
      </div>
    </div>
  );
}
