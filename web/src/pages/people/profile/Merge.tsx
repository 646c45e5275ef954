/** Two people who turned out to be one: find the other, see what will be kept, confirm. */
import { Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body } from "~/api/client";
import { day } from "~/app/format";
import { Confirm } from "~/kit/Confirm";
import { Note } from "~/kit/Note";
import { PersonPicker } from "~/kit/PersonPicker";
import { Query } from "~/kit/Query";
import { type Person, useCalled } from "../person";
import { useTraitName, useValue } from "../words";
import { useChange } from "./changing";
import styles from "./profile.module.css";

interface MergeProps {
  person: Person;
  opened: boolean;
  onClose: () => void;
}

export function Merge({ person, opened, onClose }: MergeProps) {
  const { t } = useTranslation("people");
  const called = useCalled();
  const [other, choose] = useState<number | null>(null);
  const close = () => {
    choose(null);
    onClose();
  };
  const query = useQuery({
    queryKey: ["person", other],
    queryFn: () => body(api.GET("/api/people/{pid}", { params: { path: { pid: other ?? 0 } } })),
    enabled: other !== null,
  });
  const merge = useChange({
    pid: person.pid,
    act: (loser: number) =>
      body(
        api.POST("/api/people/{pid}/merge", {
          params: { path: { pid: person.pid } },
          body: { loser },
        }),
      ),
    said: () => t("merge.done"),
    after: close,
  });
  return (
    <Confirm
      opened={opened}
      title={t("merge.title", { name: called(person) })}
      action={t("merge.doIt")}
      busy={merge.isPending}
      wide
      disabled={!query.data}
      onClose={close}
      onConfirm={() => other !== null && merge.mutate(other)}
    >
      <Stack gap="sm">
        <PersonPicker
          label={t("merge.other")}
          without={person.pid}
          onPick={({ pid }) => choose(pid)}
        />
        {other === null ? null : (
          <Query of={query} rows={4}>
            {(found) => (
              <>
                <Compared kept={person} gone={found} />
                <Note tone="bad" title={t("merge.final")}>
                  {t("merge.about")}
                </Note>
              </>
            )}
          </Query>
        )}
      </Stack>
    </Confirm>
  );
}

/** Both side by side: what only one of them has, and where they differ. */
function Compared({ kept, gone }: { kept: Person; gone: Person }) {
  const { t } = useTranslation("people");
  const called = useCalled();
  const traitName = useTraitName();
  const say = useValue();
  const of = (person: Person) => new Map(person.traits.map(({ name, value }) => [name, value]));
  const [ours, theirs] = [of(kept), of(gone)];
  const differing = [...new Set([...ours.keys(), ...theirs.keys()])]
    .filter((name) => say(ours.get(name)) !== say(theirs.get(name)))
    .sort();
  const rows: [string, string, string][] = [
    [t("merge.number"), String(kept.pid), String(gone.pid)],
    [t("merge.known"), day(kept.created), day(gone.created)],
    ...differing.map((name): [string, string, string] => [
      traitName(name),
      say(ours.get(name)),
      say(theirs.get(name)),
    ]),
    [t("tab.devices"), String(kept.devices.length), String(gone.devices.length)],
  ];
  return (
    <table className={styles.compared} aria-label={t("merge.compared")}>
      <thead>
        <tr>
          <td />
          <th scope="col">{called(kept)}</th>
          <th scope="col">{called(gone)}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, one, another]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{one}</td>
            <td>{another}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
