/** The versions of a segment: who changed it when, what, and the way back. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { api, body } from "~/api/client";
import { moment } from "~/app/format";
import { Card } from "~/kit/Card";
import { Changes } from "~/kit/Changes";
import { Query } from "~/kit/Query";
import { SMALL } from "~/kit/small";
import type { Writing } from "./draft";
import type { Segment } from "./language";
import styles from "./segments.module.css";

interface HistoryProps {
  name: string;
  writing: Writing;
  mayWrite: boolean;
}

export function History({ name, writing, mayWrite }: HistoryProps) {
  const { t } = useTranslation("segments");
  const [params, setParams] = useSearchParams();
  const opened = Number(params.get("version")) || 0;
  const history = useQuery({
    queryKey: ["definitions", "segment", name, "history"],
    queryFn: () =>
      body(
        api.GET("/api/definitions/{kind}/{name}/history", {
          params: { path: { kind: "segment", name }, query: { limit: 1000 } },
        }),
      ),
  });
  const open = (version: number) => {
    const next = new URLSearchParams(params);
    version === opened ? next.delete("version") : next.set("version", String(version));
    setParams(next, { replace: true });
  };
  return (
    <Card title={t("view.history")}>
      <Query of={history}>
        {({ items }) => (
          <ol className={styles.versions}>
            {items.toReversed().map((one, n) => (
              <li key={one.version}>
                <div className={styles.version}>
                  <strong className="number">{t("history.version", { n: one.version })}</strong>
                  <span>{moment(one.created)}</span>
                  <span className={styles.muted}>{one.actor}</span>
                  {one.version > 1 ? (
                    <Button
                      {...SMALL}
                      variant="subtle"
                      aria-expanded={one.version === opened}
                      onClick={() => open(one.version)}
                    >
                      {t("history.changes")}
                    </Button>
                  ) : null}
                  {mayWrite && n > 0 && !one.deleted ? (
                    <Button
                      {...SMALL}
                      variant="default"
                      onClick={() => {
                        writing.put({ ...(one.body as unknown as Segment), id: name });
                        setParams({}, { replace: true });
                      }}
                    >
                      {t("history.take")}
                    </Button>
                  ) : null}
                </div>
                {one.version === opened && one.version > 1 ? (
                  <Changes kind="segment" name={name} old={one.version - 1} latest={one.version} />
                ) : null}
              </li>
            ))}
          </ol>
        )}
      </Query>
    </Card>
  );
}
