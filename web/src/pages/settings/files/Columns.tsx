/** Each column of a file with some of its values, and what it becomes. */
import { Autocomplete } from "@mantine/core";
import { useTranslation } from "react-i18next";
import styles from "./columns.module.css";
import type { Import } from "./uploading";

/** What columns often become; a trait or property may have any name. */
const TARGETS: Record<Import["kind"], readonly string[]> = {
  people: [
    "external_id",
    "email",
    "phone",
    "traits.first_name",
    "traits.last_name",
    "traits.patronymic",
    "traits.gender",
    "traits.birthday",
    "traits.city",
    "traits.country",
    "traits.language",
    "traits.timezone",
    "consent.news.email",
    "consent.news.email.at",
    "consent.news.email.source",
    "ignore",
  ],
  events: [
    "external_id",
    "email",
    "phone",
    "event",
    "timestamp",
    "message_id",
    "properties.revenue",
    "properties.currency",
    "properties.order_id",
    "properties.product_id",
    "ignore",
  ],
  products: ["id", "title", "category", "price", "currency", "stock", "url", "picture", "ignore"],
};

interface ColumnsProps {
  of: Import;
  columns: Record<string, string>;
  may: boolean;
  onChange: (columns: Record<string, string>) => void;
}

export function Columns({ of, columns, may, onChange }: ColumnsProps) {
  const { t, i18n } = useTranslation("settings_data");
  const means = (target: string) => {
    const key = `target.${target}`;
    return i18n.exists(`settings_data:${key}`) ? t(key) : "";
  };
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">{t("imports.column")}</th>
          <th scope="col">{t("imports.sample")}</th>
          <th scope="col">{t("imports.becomes")}</th>
        </tr>
      </thead>
      <tbody>
        {of.headings.map((heading, n) => (
          <tr key={heading} data-ignored={columns[heading] === "ignore" || undefined}>
            <th scope="row">{heading}</th>
            <td>
              {of.sample
                .map((row) => row[n])
                .filter(Boolean)
                .slice(0, 3)
                .join(" · ") || "–"}
            </td>
            <td>
              <Autocomplete
                aria-label={t("imports.becomesOf", { column: heading })}
                data={[...TARGETS[of.kind]]}
                value={columns[heading] ?? ""}
                disabled={!may}
                description={means(columns[heading] ?? "")}
                inputWrapperOrder={["input", "description"]}
                onChange={(target) => onChange({ ...columns, [heading]: target })}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
