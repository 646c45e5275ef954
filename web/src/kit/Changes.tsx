/** What a version of a definition changed, place by place. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, body } from "~/api/client";
import type { Kind } from "~/app/writing";
import styles from "./Changes.module.css";
import { Query } from "./Query";

interface ChangesProps {
  kind: Kind;
  name: string;
  old: number;
  latest: number;
}

export function Changes({ kind, name, old, latest }: ChangesProps) {
  const { t } = useTranslation("kit");
  const changes = useQuery({
    queryKey: ["definitions", kind, name, "changes", old, latest],
    queryFn: () =>
      body(
        api.GET("/api/definitions/{kind}/{name}/changes", {
          params: { path: { kind, name }, query: { old, new: latest, limit: 1000 } },
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Query of={changes} rows={2}>
      {({ items }) => {
        const told = items.filter(({ place }) => !isMade(place, items));
        return told.length ? (
          <dl className={styles.changes}>
            {told.map((one) => (
              <div key={one.place}>
                <dt>{one.place}</dt>
                {one.added ? null : (
                  <dd>
                    <del>{shown(one.before)}</del>
                  </dd>
                )}
                {one.removed ? null : (
                  <dd>
                    <ins>{shown(one.after)}</ins>
                  </dd>
                )}
              </div>
            ))}
          </dl>
        ) : (
          <p className={styles.same}>{t("changes.same")}</p>
        );
      }}
    </Query>
  );
}

/** The HTML that is made of MJML says again what the MJML says. */
const isMade = (place: string, items: readonly { place: string }[]) =>
  place.endsWith(".html") && items.some((one) => one.place === place.replace(/\.html$/, ".mjml"));

const shown = (value: unknown) =>
  typeof value === "string" ? value : JSON.stringify(value, null, 2);
