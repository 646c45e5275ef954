/** When events count: in the last days, longer ago, from a day, until a day. */
import { CloseButton, Group, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { type Condition, changed } from "../language";
import styles from "./builder.module.css";
import type { Offer } from "./Offers";
import { Span } from "./Span";

const SPANS = ["within", "older_than", "in_total"] as const;
const DAYS = ["since", "until"] as const;
type Part = (typeof SPANS)[number] | (typeof DAYS)[number];

interface WindowProps {
  of: Condition;
  onChange: (next: Condition) => void;
}

export function Window({ of, onChange }: WindowProps) {
  const { t } = useTranslation("segments");
  const parts = [...SPANS, ...DAYS].filter((part) => part in of);
  const put = (part: Part, value: unknown) => onChange(changed(of, { [part]: value }));
  return parts.map((part) => {
    const value = String(of[part]);
    const label = t(`window.${part}`);
    return (
      <Group key={part} gap={4} wrap="nowrap" className={styles.part}>
        <span>{label}</span>
        {part === "since" || part === "until" ? (
          <TextInput
            type={value.includes("T") ? "datetime-local" : "date"}
            aria-label={label}
            value={value}
            onChange={(event) => put(part, event.currentTarget.value)}
          />
        ) : (
          <Span
            label={label}
            value={value}
            fixed={part === "in_total"}
            onChange={(span) => put(part, span)}
          />
        )}
        <CloseButton
          size="sm"
          aria-label={t("without", { what: label })}
          onClick={() => put(part, undefined)}
        />
      </Group>
    );
  });
}

/** What of these a condition may still say. */
export function useWindowOffers({ of, onChange }: WindowProps, parts: readonly Part[]): Offer[] {
  const { t } = useTranslation("segments");
  return parts
    .filter((part) => !(part in of))
    .map((part) => ({
      key: part,
      label: t(`window.${part}`),
      add: () =>
        onChange({ ...of, [part]: part === "since" || part === "until" ? "" : "30 days" }),
    }));
}
