/** Why somebody hears, waits or is left out, in a few words. */
import { useTranslation } from "react-i18next";

interface Why {
  reason: string;
  detail: string;
  says: string;
}

/** What a text needs, as its detail names it: person.city, facts.cart_total. */
const NAMED = /^(?:person|facts|event|cart)\./;

export function useReason(): (gate: Why) => string {
  const { t, i18n } = useTranslation("campaigns");
  return ({ reason, detail, says }) => {
    if (!i18n.exists(`campaigns:reason.${reason}`)) {
      return says;
    }
    const what = detail.replace(NAMED, "").replaceAll("_", " ");
    return what ? `${t(`reason.${reason}`)} (${what})` : t(`reason.${reason}`);
  };
}
