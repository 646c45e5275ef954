/** A text with Liquid in it: its room, what may be put in, and what is wrong right below it. */
import { ActionIcon, Menu, Textarea, TextInput } from "@mantine/core";
import { IconAlertTriangle, IconBraces, IconCircleX, IconInfoCircle } from "@tabler/icons-react";
import { useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import { sentence, whole } from "~/app/format";
import styles from "./edit.module.css";
import { about, type Remark, useEditing } from "./editing";

interface FieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** Where it stands in the definition, such as `variants[0].subject`; '' where nothing tells. */
  place?: string;
  /** How many characters there is room for. */
  room?: number;
  /** What the reader sees of it, which is what is counted. */
  seen?: string;
  /** Several lines. */
  rows?: number;
  about?: string;
  placeholder?: string;
  /** Words that are no text: an address, a code. */
  bare?: boolean;
}

export function Field(props: FieldProps) {
  const { label, value, onChange, place = "", room = 0, seen, rows, placeholder, bare } = props;
  const { remarks, entered, mayWrite } = useEditing();
  const id = useId();
  const box = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const insert = (words: string) => {
    const { selectionStart: from, selectionEnd: to } = box.current ?? {};
    const begin = from ?? value.length;
    onChange(value.slice(0, begin) + words + value.slice(to ?? begin));
    box.current?.focus();
  };
  // Before the reader's words have come, Liquid says nothing about their length.
  const counted = seen ?? (value.includes("{") ? undefined : value);
  const told = place ? about(remarks, place) : [];
  const shared = {
    id,
    ref: box,
    value,
    placeholder,
    readOnly: !mayWrite,
    "aria-describedby": `${id}-told`,
    onFocus: () => entered(insert),
    rightSection: mayWrite && !bare ? <Insert label={label} onPick={insert} /> : undefined,
    rightSectionProps: { className: styles.insert },
  };
  return (
    <div className={styles.field}>
      <div className={styles.fieldHead}>
        <label htmlFor={id}>{label}</label>
        {room && counted !== undefined ? <Counter of={counted.length} room={room} /> : null}
      </div>
      {rows ? (
        <Textarea
          {...shared}
          autosize
          minRows={rows}
          maxRows={24}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      ) : (
        <TextInput {...shared} onChange={(event) => onChange(event.currentTarget.value)} />
      )}
      <div id={`${id}-told`}>
        {props.about ? <p className={styles.hint}>{props.about}</p> : null}
        <Remarks of={told} />
      </div>
    </div>
  );
}

function Counter({ of, room }: { of: number; room: number }) {
  const { t } = useTranslation("templates");
  return (
    <span className={styles.counter} data-full={of > room || undefined}>
      {t("field.room", { of: whole(of), room: whole(room) })}
    </span>
  );
}

const MARKS = { error: IconCircleX, warning: IconAlertTriangle, note: IconInfoCircle };

/** What is wrong, why, and what to do. */
export function Remarks({ of }: { of: readonly Remark[] }) {
  const { t } = useTranslation("templates");
  if (of.length === 0) {
    return null;
  }
  return (
    <ul className={styles.remarks}>
      {of.map((one) => {
        const level = one.level in MARKS ? (one.level as keyof typeof MARKS) : "note";
        const Mark = MARKS[level];
        return (
          <li key={`${one.code}${one.where}${one.message}`} data-level={level}>
            <Mark size={16} aria-label={t(`level.${level}`)} />
            <span>
              {sentence(one.message)} <span className={styles.fix}>{sentence(one.fix)}</span>
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function Insert({ label, onPick }: { label: string; onPick: (words: string) => void }) {
  const { t } = useTranslation("templates");
  const { vocabulary, facts, examples } = useEditing();
  const names = vocabulary?.names ?? [];
  const groups: [string, { words: string; says: string }[]][] = [
    ["language", examples.map(({ source, says }) => ({ words: source, says }))],
    ["person", outputs(names.filter((one) => one.startsWith("person.")))],
    [
      "product",
      facts.flatMap((fact) =>
        ["title", "price", "url"].map((field) => ({
          words: `{{ products[facts.${fact}].${field} }}`,
          says: "",
        })),
      ),
    ],
    ["offer", outputs(names.filter((one) => /^(coupon|outlet|bonus)\./.test(one)))],
    ["shop", outputs(names.filter((one) => /^(shop|campaign|links)\./.test(one)))],
  ];
  return (
    <Menu position="bottom-end" width={380} withinPortal returnFocus={false}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t("insert.into", { label })}>
          <IconBraces size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown className={styles.offered}>
        {groups.map(([group, some]) =>
          some.length ? (
            <div key={group}>
              <Menu.Label>{t(`insert.${group}`)}</Menu.Label>
              {some.map(({ words, says }) => (
                <Menu.Item key={words} onClick={() => onPick(words)}>
                  <code>{words}</code>
                  {says ? <span className={styles.says}>{says}</span> : null}
                </Menu.Item>
              ))}
            </div>
          ) : null,
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

const outputs = (names: readonly string[]) =>
  names.map((name) => ({ words: `{{ ${name} }}`, says: "" }));
