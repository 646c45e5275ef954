/** A question before something that cannot be taken back, or has to be meant. */
import { Button, Group, Modal, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface ConfirmProps {
  opened: boolean;
  title: string;
  /** What the button says that does it. */
  action: string;
  busy: boolean;
  /** More room, for a comparison. */
  wide?: boolean;
  disabled?: boolean;
  onClose: () => void;
  onConfirm: () => void;
  children: ReactNode;
}

export function Confirm(props: ConfirmProps) {
  const { opened, title, action, busy, wide, disabled, onClose, onConfirm, children } = props;
  const { t } = useTranslation("kit");
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      size={wide ? 640 : "md"}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onConfirm();
        }}
      >
        <Stack gap="md">
          <div>{children}</div>
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              {t("cancel")}
            </Button>
            <Button type="submit" loading={busy} disabled={disabled}>
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
