/** Spans of time as the reader's language says them. */
import { useTranslation } from "react-i18next";
import { spanOf } from "~/app/spans";

export function useSpan(): (text: string) => string {
  const { t } = useTranslation("campaigns");
  return (text) => {
    const found = spanOf(text);
    return found ? t(`span.${found.unit}`, { count: found.many }) : text;
  };
}
