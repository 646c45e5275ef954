/** Trying an account: its vendor is asked who we are, and a message goes to one's own address. */
import { Button, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body } from "~/api/client";
import { useMember } from "~/app/session";
import { FormDialogue } from "~/kit/FormDialogue";
import { done } from "~/kit/notices";
import { Pill } from "~/kit/Pill";
import { Refused } from "~/kit/Refused";
import { useChange } from "../changing";
import type { Account } from "../data";
import styles from "../settings.module.css";

interface TrialProps {
  of: Account;
  values: Record<string, unknown>;
  /** Whether something is written that was not saved. */
  dirty: boolean;
}

export function Trial({ of, values, dirty }: TrialProps) {
  const { t } = useTranslation("settings_channels");
  const [opened, { open, close }] = useDisclosure(false);
  const path = { name: of.name };
  const check = useChange({
    of: "health",
    quiet: true,
    act: () =>
      body(
        api.POST("/api/settings/channels/{name}/check", { params: { path }, body: { values } }),
      ),
    after: ({ words: told }) => done(told ? t("works", { told }) : t("worksSilent")),
  });
  return (
    <>
      {of.asks ? (
        <Button variant="default" loading={check.isPending} onClick={() => check.mutate(null)}>
          {t("check")}
        </Button>
      ) : null}
      {of.set_up && !dirty ? (
        <Button variant="default" onClick={open}>
          {t("test")}
        </Button>
      ) : null}
      <Refused of={check.error} className={styles.whole} />
      <SendTest of={of} opened={opened} onClose={close} />
    </>
  );
}

interface SendTestProps {
  of: Account;
  opened: boolean;
  onClose: () => void;
}

function SendTest({ of, opened, onClose }: SendTestProps) {
  const { t } = useTranslation("settings_channels");
  const member = useMember();
  const [address, setAddress] = useState(of.channel === "email" ? member.email : "");
  const [text, setText] = useState(t("testText"));
  const send = useChange({
    of: "health",
    quiet: true,
    act: () =>
      body(
        api.POST("/api/settings/channels/{name}/test", {
          params: { path: { name: of.name } },
          body: { address, text },
        }),
      ),
  });
  return (
    <FormDialogue
      opened={opened}
      title={t("testTitle")}
      action={t("send")}
      complete={!!address.trim() && !!text.trim()}
      busy={send.isPending}
      refused={send.error}
      beside={null}
      onSubmit={() => send.mutate(null)}
      onClose={onClose}
    >
      <TextInput
        label={t(`address.${of.channel}`)}
        description={t("testAbout")}
        value={address}
        onChange={(event) => setAddress(event.currentTarget.value)}
        data-autofocus
      />
      <TextInput
        label={t("testSays")}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {send.data ? (
        <div role="status">
          <Pill tone={send.data.verdict === "accepted" ? "good" : "bad"}>
            {t(`verdict.${send.data.verdict}`)}
          </Pill>{" "}
          <span className={styles.quiet}>{send.data.raw}</span>
        </div>
      ) : null}
    </FormDialogue>
  );
}
