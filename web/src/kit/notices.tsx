/** Short notices in the corner: what was done, and how to undo it. */
import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";

interface Undo {
  label: string;
  act: () => void;
}

export function done(message: string, undo?: Undo) {
  const id = notifications.show({
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
  notifications.show({ color: "red", title: message, message: fix, autoClose: 12_000 });
}
