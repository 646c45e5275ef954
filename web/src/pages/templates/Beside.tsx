/** Beside the preview: the parts and the price of an SMS, and what the language's filters say. */
import { Button } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "~/api/client";
import { money, whole } from "~/app/format";
import { Card } from "~/kit/Card";
import { Pill } from "~/kit/Pill";
import styles from "./edit.module.css";
import { useEditing } from "./editing";

/** How the words that a reader gets go out by SMS. */
export function Sms({ text, language, onTake }: { text: string; language: string; onTake: ((text: string) => void) | null; }) {
  const { t } = useTranslation("templates");
  const { mayWrite } = useEditing();
  const parts = useQuery({
    queryKey: ["sms-parts", text, language],
    queryFn: () => body(api.POST("/api/templates/parts", { body: { text, language: language.slice(0, 2) } })),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    enabled: text !== "",
  });
  const found = parts.data;
  if (!found || !text) {
    return null;
  }
  return (
    <Card title={t("sms.title", { count: found.parts.length, n: whole(found.parts.length) })}>
      <p className={styles.hint}>
        {t(`sms.alphabet.${found.alphabet === "ucs2" ? "ucs2" : "gsm7"}`)} · {t("sms.left", { n: whole(found.left) })}
        {found.price ? ` · ${t("sms.price", { sum: money(found.price, found.currency, 2) })}` : ""}
      </p>
      {found.too_many ? <Pill tone="bad">{t("sms.tooMany")}</Pill> : null}
      <ol className={styles.parts}>
        {found.parts.map((part, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a part is nothing but its place
          <li key={n}>{part}</li>
        ))}
      </ol>
      <Ways of={found.ways} written={text} onTake={mayWrite ? onTake : null} />
    </Card>
  );
} // biome-ignore format: a question each

/** Other letters that would save parts; only words without Liquid can be taken over. */
function Ways({ of, written, onTake }: { of: Schemas["WayShown"][]; written: string; onTake: ((text: string) => void) | null }) {
  const { t } = useTranslation("templates");
  const saving = of.filter((one) => one.saved > 0 && one.text !== written);
  return (
    <ul className={styles.ways}>
      {saving.map((one) => (
        <li key={one.letters}>
          <p>{t("sms.saves", { count: one.saved, n: whole(one.saved), text: one.text })}</p>
          {onTake ? (
            <Button variant="default" size="xs" onClick={() => onTake(one.text)}>
              {t("sms.take")}
            </Button>
          ) : null}
        </li>
      ))}
    </ul>
  );
} // biome-ignore format: a way each

/** What the filters of a language make of the reader's name, gender and city. */
export function Filters() {
  const { t } = useTranslation("templates");
  const { examples, insert, mayWrite } = useEditing();
  if (examples.length === 0) {
    return null;
  }
  return (
    <Card title={t("filters.title")} about={t("filters.about")}>
      <ul className={styles.filters}>
        {examples.map(({ source, says }) => (
          <li key={source}>
            <button
              type="button"
              disabled={!mayWrite}
              title={t("filters.insert")}
              onClick={() => insert(source)}
            >
              <strong>{says}</strong>
              <code>{source}</code>
            </button>
          </li>
        ))}
      </ul>
    </Card>
  );
}
