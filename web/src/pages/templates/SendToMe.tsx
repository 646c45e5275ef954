/** The text as it is written now, sent to an address of one's own. */
import { Alert, Button, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconSend } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body } from "~/api/client";
import { useMay, useMember } from "~/app/session";
import { useChannelName } from "~/kit/channels";
import { FormDialogue } from "~/kit/FormDialogue";
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
      <FormDialogue
        opened={opened}
        title={t("toMe.title", { channel: called(channel) })}
        action={t("toMe.send")}
        complete={!!to}
        busy={sending.isPending}
        refused={sending.error}
        beside={null}
        onSubmit={() => sending.mutate()}
        onClose={() => {
          close();
          sending.reset();
        }}
      >
        <TextInput
          required
          data-autofocus
          label={t("toMe.to")}
          description={t("toMe.about")}
          value={to}
          onChange={(event) => type(event.currentTarget.value)}
        />
        {sending.data ? (
          <Alert
            color={sending.data.sent ? "green" : "red"}
            title={t(sending.data.sent ? "toMe.sent" : "toMe.not")}
          >
            {sending.data.says}
          </Alert>
        ) : null}
      </FormDialogue>
    </>
  );
}
