/** A definition in a dialogue: its fields, saving with the refusal in place, taking it away. */
import { Button, Group, TextInput } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Confirm } from "~/kit/Confirm";
import { FormDialogue } from "~/kit/FormDialogue";
import type { Begun } from "../begun";
import { type Defined, useDrop, usePut } from "./defining";

interface DefinitionDialogueProps {
  kind: string;
  /** What stands; none where it is new. */
  of: Defined | null;
  title: string;
  definition: Record<string, unknown>;
  complete: boolean;
  /** An id to begin with, where it is new. */
  proposed: string;
  begun: Begun;
  onClose: () => void;
  children: ReactNode;
}

export function DefinitionDialogue(props: DefinitionDialogueProps) {
  const { kind, of, title, definition, complete, proposed, begun, onClose, children } = props;
  const { t } = useTranslation(["settings_data", "settings"]);
  const [own, setOwn] = useState<string | null>(null);
  const [asked, ask] = useState(false);
  const done = () => {
    begun.drop();
    onClose();
  };
  const put = usePut(kind, done);
  const drop = useDrop(kind, done);
  const id = of?.id ?? own ?? proposed;
  return (
    <FormDialogue
      title={title}
      size="lg"
      action={t("settings:save")}
      complete={complete && !!id}
      busy={put.isPending}
      refused={put.error}
      beside={
        <Group gap={8} mr="auto">
          {of ? (
            <Button variant="default" c="var(--bad)" onClick={() => ask(true)}>
              {t("remove")}
            </Button>
          ) : null}
          {begun.is ? (
            <Button variant="default" onClick={begun.drop}>
              {t("settings:discard")}
            </Button>
          ) : null}
        </Group>
      }
      under={
        <Confirm
          opened={asked}
          title={t("removeAsk", { name: id })}
          action={t("remove")}
          busy={drop.isPending}
          onClose={() => ask(false)}
          onConfirm={() => of && drop.mutate(of)}
        >
          {t("removeAbout")}
        </Confirm>
      }
      onSubmit={() => put.mutate({ id, definition, base: of?.version ?? 0 })}
      onClose={onClose}
    >
      {children}
      {of ? null : (
        <TextInput
          label={t("id")}
          description={t("idHelp")}
          value={id}
          required
          maxLength={64}
          pattern="[a-z0-9][a-z0-9_\-]*"
          onChange={(event) => setOwn(event.currentTarget.value)}
        />
      )}
    </FormDialogue>
  );
}
