/** Buttons, cards and a poll: what stands beside the words of a message. */
import { ActionIcon, Button as Press, Select, Switch, TagsInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { moved } from "./blocks";
import styles from "./edit.module.css";
import { useEditing } from "./editing";
import { Field } from "./Field";
import type { Button, Card, Poll } from "./template";

interface PartProps<T> {
  of: T;
  place: string;
  /** Without anything in it the part is taken out. */
  onChange: (part: T | undefined) => void;
}

const DOES = ["url", "reply", "copy", "ask"] as const;
type Does = (typeof DOES)[number];

const doesOf = (button: Button): Does => DOES.find((one) => button[one] !== undefined) ?? "url";
const BEGUN: Record<Does, string> = { url: "https://", reply: "yes", copy: "CODE", ask: "phone" };

function Part(props: { title: string; count?: string; onRemove: () => void; children: ReactNode }) {
  const { t } = useTranslation("templates");
  const { mayWrite } = useEditing();
  return (
    <section className={styles.block}>
      <header className={styles.blockHead}>
        <h2>{props.title}</h2>
        {props.count ? <span className={styles.counter}>{props.count}</span> : null}
        {mayWrite ? (
          <Press variant="subtle" size="compact-sm" color="gray" onClick={props.onRemove} className={styles.blockActs}>
            {t("remove")}
          </Press>
        ) : null}
      </header>
      {props.children}
    </section>
  );
} // biome-ignore format: one head

export function Buttons({ of, place, onChange }: PartProps<Button[]>) {
  const { t } = useTranslation("templates");
  const { room } = useEditing();
  const count = room?.buttons ? t("field.room", { of: of.length, room: room.buttons }) : undefined;
  return (
    <Part title={t("chat.part.buttons")} count={count} onRemove={() => onChange(undefined)}>
      <ButtonRows
        of={of}
        place={place}
        onChange={(next) => onChange(next.length ? next : undefined)}
      />
    </Part>
  );
}

interface RowsProps {
  of: readonly Button[];
  place: string;
  onChange: (buttons: Button[]) => void;
}

function ButtonRows({ of, place, onChange }: RowsProps) {
  const { t } = useTranslation("templates");
  const { mayWrite } = useEditing();
  const put = (at: number, some: Button) => onChange(of.map((one, n) => (n === at ? some : one)));
  return (
    <>
      {of.map((button, at) => (
        <ButtonRow
          // biome-ignore lint/suspicious/noArrayIndexKey: a button is nothing but its place
          key={at}
          of={button}
          place={`${place}[${at}]`}
          onChange={(next) => put(at, next)}
          onRemove={() => onChange(of.filter((_, n) => n !== at))}
          onUp={at ? () => onChange(moved(of, at, at - 1)) : undefined}
        />
      ))}
      {mayWrite ? (
        <Press
          variant="subtle"
          size="xs"
          leftSection={<IconPlus size={14} />}
          onClick={() => onChange([...of, { text: "", url: BEGUN.url }])}
        >
          {t("chat.addButton")}
        </Press>
      ) : null}
    </>
  );
}

interface RowProps {
  of: Button;
  place: string;
  onChange: (button: Button) => void;
  onRemove: () => void;
  onUp?: () => void;
}

function ButtonRow({ of, place, onChange, onRemove }: RowProps) {
  const { t } = useTranslation("templates");
  const { room, mayWrite } = useEditing();
  const does = doesOf(of);
  const { url: _url, reply: _reply, copy: _copy, ask: _ask, sets, ...rest } = of;
  return (
    <div className={styles.row}>
      <Field
        label={t("chat.buttonText")}
        place={place}
        room={room?.button}
        value={of.text}
        onChange={(text) => onChange({ ...of, text })}
      />
      <Select
        label={t("chat.does")}
        allowDeselect={false}
        disabled={!mayWrite}
        value={does}
        data={DOES.map((one) => ({ value: one, label: t(`chat.doing.${one}`) }))}
        onChange={(next) => onChange({ ...rest, [next ?? "url"]: BEGUN[(next as Does) ?? "url"] })}
      />
      {does === "ask" ? (
        <Select
          label={t("chat.asks")}
          allowDeselect={false}
          disabled={!mayWrite}
          value={of.ask ?? "phone"}
          data={["phone", "location"].map((one) => ({ value: one, label: t(`chat.asking.${one}`) }))}
          onChange={(ask) => onChange({ ...rest, ask: ask ?? "phone" })}
        />
      ) : (
        <Field
          label={t(`chat.value.${does}`)}
          value={of[does] ?? ""}
          onChange={(value) => onChange({ ...rest, ...(sets ? { sets } : {}), [does]: value })}
        />
      )}
      {mayWrite ? (
        <ActionIcon variant="subtle" color="gray" size={36} onClick={onRemove} aria-label={t("chat.removeButton", { text: of.text })}>
          <IconTrash size={16} />
        </ActionIcon>
      ) : null}
    </div>
  );
} // biome-ignore format: a field each

export function Cards({ of, place, onChange }: PartProps<Card[]>) {
  const { t } = useTranslation("templates");
  const { room, mayWrite } = useEditing();
  const put = (at: number, some: Card) => onChange(of.map((one, n) => (n === at ? some : one)));
  const count = room?.cards ? t("field.room", { of: of.length, room: room.cards }) : undefined;
  return (
    <Part title={t("chat.part.cards")} count={count} onRemove={() => onChange(undefined)}>
      {of.map((card, at) => (
        <fieldset
          // biome-ignore lint/suspicious/noArrayIndexKey: a card is nothing but its place
          key={at}
          className={styles.card}
        >
          <legend>{t("chat.card", { n: at + 1 })}</legend>
          <div className={styles.pair}>
            <Field
              label={t("chat.cardTitle")}
              room={room?.card_title}
              place={`${place}[${at}]`}
              value={card.title}
              onChange={(title) => put(at, { ...card, title })}
            />
            <Field
              label={t("chat.picture")}
              value={card.picture ?? ""}
              onChange={(picture) => put(at, { ...card, picture })}
            />
          </div>
          <Field
            label={t("chat.cardText")}
            room={room?.card_text}
            rows={2}
            value={card.text ?? ""}
            onChange={(text) => put(at, { ...card, text })}
          />
          <ButtonRows
            of={card.buttons ?? []}
            place={`${place}[${at}].buttons`}
            onChange={(buttons) => put(at, { ...card, buttons })}
          />
        </fieldset>
      ))}
      {mayWrite ? (
        <Press
          variant="subtle"
          size="xs"
          leftSection={<IconPlus size={14} />}
          onClick={() => onChange([...of, { title: "" }])}
        >
          {t("chat.addCard")}
        </Press>
      ) : null}
    </Part>
  );
}

/** The question, its answers, and the trait that holds what is answered. */
export function PollParts({ of, place, onChange }: PartProps<Poll>) {
  const { t } = useTranslation("templates");
  const { mayWrite } = useEditing();
  const said = of.answers.map((one) => (typeof one === "string" ? one : one.text));
  const kept = (text: string) =>
    of.answers.find((one) => typeof one !== "string" && one.text === text) ?? text;
  return (
    <Part title={t("chat.part.poll")} onRemove={() => onChange(undefined)}>
      <Field
        label={t("chat.question")}
        place={place}
        value={of.question}
        onChange={(question) => onChange({ ...of, question })}
      />
      <TagsInput
        label={t("chat.answers")}
        description={t("chat.answersAbout")}
        value={said.filter(Boolean)}
        maxTags={10}
        readOnly={!mayWrite}
        onChange={(answers) => onChange({ ...of, answers: answers.map(kept) })}
      />
      <Field
        label={t("chat.trait")}
        bare
        about={t("chat.traitAbout")}
        value={of.trait}
        onChange={(trait) => onChange({ ...of, trait })}
      />
      <Switch
        label={t("chat.multiple")}
        checked={!!of.multiple}
        disabled={!mayWrite}
        onChange={(event) => onChange({ ...of, multiple: event.currentTarget.checked })}
      />
    </Part>
  );
}
