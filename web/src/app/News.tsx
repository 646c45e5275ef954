/** Tells in the corner what has come to its end, wherever one is, with a link to what came of it. */
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";
import { over } from "~/kit/notices";
import { ended, type Piece, placeOf, useWork } from "./pieces";
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
    for (const piece of seen.news) {
      tell(piece, placeOf(piece, email));
    }
    function tell({ kind, subject, doing }: Piece, to: string) {
      if (kind === "demo") {
        void queries.invalidateQueries(); // it is another shop that answers now
      }
      if (to && to !== pathname) {
        const how = doing === "done" ? "ended" : "stopped";
        over(t(`work.${how}.${kind}`, { subject }), { label: t("work.see"), to }, how === "ended");
      }
    }
  }, [pieces, email, pathname, t]);
  return null;
}
