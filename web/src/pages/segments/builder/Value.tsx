/** What a value is compared with: a text with suggestions, a number, a day, a span, or several. */
import { Autocomplete, NumberInput, TagsInput, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { whole } from "~/app/format";
import { type Source, useValues } from "../known";
import { type Comparison, isListed, isSpan, type Type } from "../language";
import styles from "./builder.module.css";
import { Choice } from "./Choice";
import { Span } from "./Span";

interface ValueProps {
  label: string;
  compare: Comparison;
  type: Type;
  value: unknown;
  source: Source;
  onChange: (value: unknown) => void;
}

export function Value(props: ValueProps) {
  const { label, compare, type, value, onChange } = props;
  if (compare === "known" || type === "boolean") {
    return <YesNo {...props} />;
  }
  if (isListed(compare)) {
    return <Several {...props} />;
  }
  if (isSpan(compare)) {
    return <Span label={label} value={String(value)} onChange={onChange} />;
  }
  if (type === "number") {
    return (
      <NumberInput
        aria-label={label}
        w={84}
        hideControls
        value={typeof value === "number" ? value : ""}
        onChange={(next) => onChange(typeof next === "number" ? next : "")}
      />
    );
  }
  return type === "date" || type === "time" ? <Day {...props} /> : <Text {...props} />;
}

function YesNo({ label, value, onChange }: ValueProps) {
  const { t } = useTranslation("segments");
  return (
    <Choice
      label={label}
      data={[
        { value: "true", label: t("yes") },
        { value: "false", label: t("no") },
      ]}
      value={value === true ? "true" : "false"}
      onChange={(next) => onChange(next === "true")}
    />
  );
}

function Day({ label, value, onChange }: ValueProps) {
  const written = String(value);
  return (
    <TextInput
      aria-label={label}
      type={written.includes("T") ? "datetime-local" : "date"}
      value={written}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function Text({ label, value, source, onChange }: ValueProps) {
  const { t } = useTranslation("segments");
  const text = String(value);
  const values = useValues(source, text);
  const counts = new Map(values.map((one) => [String(one.value), one.count]));
  return (
    <Autocomplete
      aria-label={label}
      placeholder={t("value")}
      w={160}
      data={[...counts.keys()]}
      filter={({ options }) => options}
      renderOption={({ option }) => <Counted name={option.value} counts={counts} />}
      value={text}
      onChange={onChange}
    />
  );
}

/** Several values; numbers stay numbers. */
function Several({ label, type, value, source, onChange }: ValueProps) {
  const { t } = useTranslation("segments");
  const [typed, setTyped] = useState("");
  const values = useValues(source, typed);
  const chosen = Array.isArray(value) ? value.map(String) : [];
  const counts = new Map(values.map((one) => [String(one.value), one.count]));
  const numbers = (some: string[]) => some.map(Number).filter(Number.isFinite);
  return (
    <TagsInput
      aria-label={label}
      placeholder={chosen.length ? undefined : t("values")}
      miw={150}
      maw="100%"
      classNames={{ root: styles.several, inputField: styles.typed }}
      data={[...counts.keys()]}
      renderOption={({ option }) => <Counted name={option.value} counts={counts} />}
      value={chosen}
      onSearchChange={setTyped}
      onChange={(next) => onChange(type === "number" ? numbers(next) : next)}
      acceptValueOnBlur
    />
  );
}

function Counted({ name, counts }: { name: string; counts: ReadonlyMap<string, number> }) {
  const count = counts.get(name);
  return (
    <>
      <span style={{ flex: 1 }}>{name}</span>
      {count === undefined ? null : <small className="number">{whole(count)}</small>}
    </>
  );
}
