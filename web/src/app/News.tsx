/** Tells in the corner what has come to its end, wherever one is, with a link to what came of it. */
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";
import { over } from "~/kit/notices";
import { ended, isNews, placeOf, useWork } from "./pieces";
import { queries } from "./queries";
import { useMember } from "./session";

export function News() {
  const { t } = useTranslation();
  const { email } = useMember();
  const { pathname } = useLocation();
  const pieces = useWork();
  const known = useRef<ReadonlySet<string> | null>(null);
  useEffect(() => {
    if (!pieces) {
      return;
    }
    const seen = ended(known.current, pieces);
    known.current = seen.known;
    for (const piece of seen.news.filter((one) => isNews(one, email))) {
      const { kind, subject } = piece;
      const to = placeOf(piece);
      const good = piece.doing === "done";
      if (kind === "demo") {
        void queries.invalidateQueries(); // it is another shop that answers now
      }
      if (to !== pathname) {
        const message = t(`work.${good ? "ended" : "stopped"}.${kind}`, { subject });
        over(message, { label: t("work.see"), to }, good);
      }
    }
  }, [pieces, email, pathname, t]);
  return null;
}
