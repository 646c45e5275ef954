/** Forgetting a person for good: their name is typed first, then the worker is asked. */
import { Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { api, body } from "~/api/client";
import { Confirm } from "~/kit/Confirm";
import { Note } from "~/kit/Note";
import { type Person, useCalled } from "../person";
import { useChange } from "./changing";

interface EraseProps {
  person: Person;
  opened: boolean;
  onClose: () => void;
}

export function Erase({ person, opened, onClose }: EraseProps) {
  const { t } = useTranslation("people");
  const [, setParams] = useSearchParams();
  const name = useCalled()(person);
  const [typed, type] = useState("");
  const { pid } = person;
  const erase = useChange({
    pid,
    act: () => body(api.DELETE("/api/people/{pid}", { params: { path: { pid } } })),
    after: ({ command }) => setParams({ erasure: String(command) }),
  });
  return (
    <Confirm
      opened={opened}
      title={t("erase.title", { name })}
      action={t("erase.doIt")}
      busy={erase.isPending}
      disabled={typed.trim() !== name.trim()}
      onClose={onClose}
      onConfirm={() => erase.mutate(undefined)}
    >
      <Stack gap="sm">
        <Note tone="bad" title={t("erase.final")}>
          {t("erase.about")}
        </Note>
        <TextInput
          label={t("erase.type", { name })}
          value={typed}
          autoComplete="off"
          onChange={(event) => type(event.currentTarget.value)}
        />
      </Stack>
    </Confirm>
  );
}
