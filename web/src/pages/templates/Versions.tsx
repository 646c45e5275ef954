/** Every version that was kept, what each changed place by place, and the way back to it. */
import { Button, Drawer, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "~/api/client";
import { moment } from "~/app/format";
import { Changes } from "~/kit/Changes";
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
                  {open && one.version > 1 ? (
                    <Changes
                      kind="template"
                      name={name}
                      old={one.version - 1}
                      latest={one.version}
                    />
                  ) : null}
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
