/** A dialogue that asks for a few words and does one thing with them. */
import { Button, Group, Modal, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface AskingProps {
  /** Its title, and what its button says. */
  action: string;
  complete: boolean;
  busy: boolean;
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
}

export function Asking({ action, complete, busy, onSubmit, onClose, children }: AskingProps) {
  const { t } = useTranslation("kit");
  return (
    <Modal opened onClose={onClose} title={action} closeButtonProps={{ "aria-label": t("close") }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        <Stack gap={14}>
          {children}
          <Group justify="flex-end">
            <Button type="submit" loading={busy} disabled={!complete}>
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
