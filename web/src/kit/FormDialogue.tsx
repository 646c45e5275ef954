/** A dialogue that asks for something and does one thing with it; a refusal stands in it. */
import { Button, Group, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Dialogue } from "./Dialogue";
import { Refused } from "./Refused";

export interface FormDialogueProps {
  /** Not given where it is drawn only while it is open. */
  opened?: boolean;
  /** What its button says, and its title where it has no other. */
  action: ReactNode;
  title?: ReactNode;
  size?: "md" | "lg" | number;
  complete?: boolean;
  busy: boolean;
  /** What it does cannot be meant lightly. */
  grave?: boolean;
  refused?: unknown;
  /** What stands before the button; where it is not given, a way out. */
  beside?: ReactNode;
  /** What is done apart from the form. */
  under?: ReactNode;
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
}

export function FormDialogue(props: FormDialogueProps) {
  const { opened = true, action, title = action, size = "md", complete = true, busy } = props;
  const { grave, refused, beside, under, onSubmit, onClose, children } = props;
  const { t } = useTranslation("kit");
  return (
    <Dialogue opened={opened} onClose={onClose} title={title} size={size}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          // A dialogue may be drawn within a form, which is not what was sent.
          event.stopPropagation();
          onSubmit();
        }}
      >
        <Stack gap="md">
          {children}
          <Refused of={refused} />
          <Group justify="flex-end" gap={8}>
            {beside === undefined ? (
              <Button variant="default" onClick={onClose}>
                {t("cancel")}
              </Button>
            ) : (
              beside
            )}
            <Button
              type="submit"
              bg={grave ? "var(--mantine-color-red-8)" : undefined}
              loading={busy}
              disabled={!complete}
            >
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
      {under}
    </Dialogue>
  );
}
