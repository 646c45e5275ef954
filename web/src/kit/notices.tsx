/** Short notices in the corner: what was done, and how to undo it. */
import { Anchor, Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import i18next from "i18next";
import { Link } from "react-router";

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

/** Something came to its end while one was elsewhere; the link leads to what came of it. */
export function over(message: string, link: { label: string; to: string }, good = true) {
  const id = notifications.show({
    ...closing(),
    color: good ? "indigo" : "red",
    autoClose: 15_000,
    message: (
      <Group justify="space-between" wrap="nowrap">
        <Text>{message}</Text>
        <Anchor component={Link} to={link.to} size="sm" onClick={() => notifications.hide(id)}>
          {link.label}
        </Anchor>
      </Group>
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
