/** The text as it is written now, sent to an address of one's own. */
import { Alert, Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconSend } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body } from "~/api/client";
import { useMay, useMember } from "~/app/session";
import { useChannelName } from "~/kit/channels";
import { useFaultWords } from "~/kit/Fault";
import type { Look } from "~/kit/preview/look";
import type { Template } from "./template";

interface SendToMeProps {
  template: Template;
  channel: string;
  language: string;
  look: Look;
}

export function SendToMe({ template, channel, language, look }: SendToMeProps) {
  const { t } = useTranslation("templates");
  const called = useChannelName();
  const words = useFaultWords();
  const { email } = useMember();
  const maySend = useMay("sending");
  const [opened, { open, close }] = useDisclosure(false);
  const [typed, type] = useState<string | null>(null);
  const to = typed ?? (channel === "email" ? email : "");
  const sending = useMutation({
    mutationFn: () =>
      body(
        api.POST("/api/templates/send-to-me", {
          body: {
            template: "",
            definition: { ...template, id: template.id || "new" },
            channel,
            to,
            person: look.person ? `pid:${look.person}` : "",
            language,
          },
        }),
      ),
  });
  if (!maySend) {
    return null;
  }
  return (
    <>
      <Button variant="default" leftSection={<IconSend size={16} />} onClick={open}>
        {t("toMe.button")}
      </Button>
      <Modal
        opened={opened}
        onClose={() => {
          close();
          sending.reset();
        }}
        title={t("toMe.title", { channel: called(channel) })}
      >
        <form
          onSubmit={(event) => {
            event.preventDefault();
            sending.mutate();
          }}
        >
          <Stack gap={12}>
            <TextInput
              required
              data-autofocus
              label={t("toMe.to")}
              description={t("toMe.about")}
              value={to}
              onChange={(event) => type(event.currentTarget.value)}
            />
            {sending.isError ? (
              <Alert color="red">
                {words(sending.error).what} {words(sending.error).fix}
              </Alert>
            ) : null}
            {sending.data ? (
              <Alert
                color={sending.data.sent ? "green" : "red"}
                title={t(sending.data.sent ? "toMe.sent" : "toMe.not")}
              >
                {sending.data.says}
              </Alert>
            ) : null}
            <Group justify="flex-end">
              <Button type="submit" disabled={!to} loading={sending.isPending}>
                {t("toMe.send")}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
