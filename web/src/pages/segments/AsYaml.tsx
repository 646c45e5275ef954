/** A segment as its file: whatever the language has can be written here. */
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Card } from "~/kit/Card";
import YamlText from "~/kit/YamlText";
import type { Writing } from "./draft";
import type { Fault } from "./faults";
import styles from "./segments.module.css";
import { read, write } from "./yaml";

interface AsYamlProps {
  writing: Writing;
  faults: readonly Fault[];
  readOnly: boolean;
}

export default function AsYaml({ writing, faults, readOnly }: AsYamlProps) {
  const { t } = useTranslation("segments");
  const { draft, put, text: unread } = writing;
  const [text, setText] = useState(() => unread ?? write(draft));
  const marks = useMemo(() => {
    const found = read(text, "");
    const wrong = faults.map((fault) => ({
      ...found.place(fault.where),
      message: `${fault.message} ${fault.fix}`.trim(),
    }));
    const shape = found.segment ? wrong : [{ from: 0, to: 1, message: t("yaml.shape") }];
    return found.marks.length ? found.marks : shape;
  }, [text, faults, t]);
  const typed = (next: string) => {
    setText(next);
    const { segment } = read(next, draft.id);
    segment ? put(segment) : put(draft, next);
  };
  return (
    <Card about={t("yaml.about")} title={t("view.yaml")}>
      <YamlText
        label={t("view.yaml")}
        value={text}
        onChange={typed}
        marks={marks}
        readOnly={readOnly}
      />
      {marks.length ? (
        <div role="alert">
          <ul className={styles.marks}>
            {marks.map(({ from, message }) => (
              <li key={`${from} ${message}`}>
                {t("yaml.line", { n: text.slice(0, from).split("\n").length })}: {message}
              </li>
            ))}
          </ul>
        </div>
      ) : null}
    </Card>
  );
}
