/** Every version that was kept, what each changed place by place, and the way back to it. */
import { Button, Drawer, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "~/api/client";
import { moment } from "~/app/format";
import { Query } from "~/kit/Query";
import styles from "./edit.module.css";
import { useEditing } from "./editing";

type Version = Schemas["DefinitionShown"];

interface VersionsProps {
  name: string;
  opened: boolean;
  onClose: () => void;
  onRestore: (version: Version) => void;
}

export function Versions({ name, opened, onClose, onRestore }: VersionsProps) {
  const { t } = useTranslation("templates");
  const { mayWrite } = useEditing();
  const [shown, show] = useState<number | null>(null);
  const history = useQuery({
    queryKey: ["definitions", "template", name, "history"],
    queryFn: () =>
      body(
        api.GET("/api/definitions/{kind}/{name}/history", {
          params: { path: { kind: "template", name }, query: { limit: 200 } },
        }),
      ),
    enabled: opened,
  });
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size="lg"
      title={t("versions.title")}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <Query of={history}>
        {({ items }) => (
          <ol className={styles.versions} reversed>
            {[...items].reverse().map((one, n) => {
              const open = shown === one.version || (shown === null && n === 0);
              return (
                <li key={one.version}>
                  <Group justify="space-between" wrap="nowrap" gap={8}>
                    <button
                      type="button"
                      aria-expanded={open}
                      onClick={() => show(open ? 0 : one.version)}
                    >
                      <strong>{t("versions.version", { n: one.version })}</strong>
                      <span>
                        {moment(one.created)} · {one.actor.replace(/^member:/, "")}
                      </span>
                    </button>
                    {mayWrite && n > 0 && !one.deleted ? (
                      <Button variant="default" size="xs" onClick={() => onRestore(one)}>
                        {t("versions.restore")}
                      </Button>
                    ) : null}
                  </Group>
                  {open && one.version > 1 ? <Changes name={name} of={one.version} /> : null}
                  {open && one.version === 1 ? (
                    <p className={styles.hint}>{t("versions.first")}</p>
                  ) : null}
                </li>
              );
            })}
          </ol>
        )}
      </Query>
    </Drawer>
  );
}

function Changes({ name, of }: { name: string; of: number }) {
  const { t } = useTranslation("templates");
  const changes = useQuery({
    queryKey: ["definitions", "template", name, "changes", of],
    queryFn: () =>
      body(
        api.GET("/api/definitions/{kind}/{name}/changes", {
          params: { path: { kind: "template", name }, query: { old: of - 1, new: of } },
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Query of={changes} rows={2}>
      {({ items }) => (
        <dl className={styles.changes}>
          {items
            .filter(({ place }) => !(place.endsWith(".html") && said(place, items)))
            .map((one) => (
              <div key={one.place}>
                <dt>{one.place}</dt>
                {one.added ? null : <dd data-side="before">{written(one.before)}</dd>}
                {one.removed ? null : <dd data-side="after">{written(one.after)}</dd>}
              </div>
            ))}
          {items.length === 0 ? <p className={styles.hint}>{t("versions.same")}</p> : null}
        </dl>
      )}
    </Query>
  );
}

/** The HTML that is made of MJML says again what the MJML says. */
const said = (place: string, items: readonly { place: string }[]) =>
  items.some((one) => one.place === place.replace(/\.html$/, ".mjml"));

const written = (value: unknown) =>
  typeof value === "string" ? value : JSON.stringify(value, null, 2);
