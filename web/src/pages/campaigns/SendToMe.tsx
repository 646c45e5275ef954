/** Every text of a campaign sent to oneself at once; nothing is recorded. */
import { Button, TagsInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconSend } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body } from "~/api/client";
import { useMember } from "~/app/session";
import { useChannelName } from "~/kit/channels";
import { FormDialogue } from "~/kit/FormDialogue";
import { Pill } from "~/kit/Pill";
import styles from "./campaigns.module.css";

export function SendToMe({ name }: { name: string }) {
  const { t } = useTranslation("campaigns");
  const called = useChannelName();
  const { email } = useMember();
  const [opened, { open, close }] = useDisclosure(false);
  const [to, setTo] = useState<string[]>([email]);
  const sending = useMutation({
    mutationFn: () =>
      body(
        api.POST("/api/campaigns/{name}/send-to-me", {
          params: { path: { name } },
          body: { to, reader: "", variant: "", language: "" },
        }),
      ),
  });
  return (
    <>
      <Button variant="default" leftSection={<IconSend size={16} />} onClick={open}>
        {t("toMe.button")}
      </Button>
      <FormDialogue
        opened={opened}
        title={t("toMe.title")}
        action={t("toMe.send")}
        complete={to.length > 0}
        busy={sending.isPending}
        refused={sending.error}
        beside={null}
        onSubmit={() => sending.mutate()}
        onClose={close}
      >
        <TagsInput
          label={t("toMe.to")}
          description={t("toMe.about")}
          value={to}
          onChange={setTo}
          maxTags={10}
        />
        <ul className={styles.problems}>
          {(sending.data ?? []).map((one) => (
            <li key={`${one.channel}${one.variant}${one.language}`}>
              <Pill tone={one.sent ? "good" : "bad"}>
                {t(one.sent ? "toMe.sent" : "toMe.not")}
              </Pill>
              <div>
                {called(one.channel)} · {one.variant} · {one.language}
                {one.says ? <p className={styles.muted}>{one.says}</p> : null}
              </div>
            </li>
          ))}
        </ul>
      </FormDialogue>
    </>
  );
}
