/** Every text of a campaign sent to oneself at once; nothing is recorded. */
import { Button, Group, Modal, Stack, TagsInput, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconSend } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body } from "~/api/client";
import { useMember } from "~/app/session";
import { useChannelName } from "~/kit/channels";
import { useFaultWords } from "~/kit/Fault";
import { Pill } from "~/kit/Pill";
import styles from "./campaigns.module.css";

export function SendToMe({ name }: { name: string }) {
  const { t } = useTranslation("campaigns");
  const called = useChannelName();
  const words = useFaultWords();
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
      <Modal opened={opened} onClose={close} title={t("toMe.title")}>
        <Stack gap={12}>
          <TagsInput
            label={t("toMe.to")}
            description={t("toMe.about")}
            value={to}
            onChange={setTo}
            maxTags={10}
          />
          {sending.isError ? (
            <Text role="alert" c="var(--bad)">
              {words(sending.error).what} {words(sending.error).fix}
            </Text>
          ) : null}
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
          <Group justify="flex-end">
            <Button
              disabled={to.length === 0}
              loading={sending.isPending}
              onClick={() => sending.mutate()}
            >
              {t("toMe.send")}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
