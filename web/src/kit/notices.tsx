/** Short notices in the corner: what was done, and how to undo it. */
import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import i18next from "i18next";

/** The cross of a notice, for those who hear it read. */
const closing = () => ({ closeButtonProps: { "aria-label": i18next.t("close") } });

interface Undo {
  label: string;
  act: () => void;
}

export function done(message: string, undo?: Undo) {
  const id = notifications.show({
    ...closing(),
    color: "indigo",
    autoClose: undo ? 10_000 : 5_000,
    message: undo ? (
      <Group justify="space-between" wrap="nowrap">
        <Text>{message}</Text>
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() => {
            notifications.hide(id);
            undo.act();
          }}
        >
          {undo.label}
        </Button>
      </Group>
    ) : (
      message
    ),
  });
}

export function failed(message: string, fix = "") {
  notifications.show({
    ...closing(),
    color: "red",
    title: message,
    message: fix,
    autoClose: 12_000,
  });
}
