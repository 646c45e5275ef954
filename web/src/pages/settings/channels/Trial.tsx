/** Trying an account: its vendor is asked who we are, and a message goes to one's own address. */
import { Button, Modal, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body } from "~/api/client";
import { useMember } from "~/app/session";
import { useFaultWords } from "~/kit/Fault";
import { Note } from "~/kit/Note";
import { done } from "~/kit/notices";
import { Pill } from "~/kit/Pill";
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
  const words = useFaultWords();
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
  const fault = check.error ? words(check.error) : null;
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
      {fault ? (
        <div style={{ flexBasis: "100%" }}>
          <Note tone="bad" title={fault.what}>
            {fault.fix}
          </Note>
        </div>
      ) : null}
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
  const { t } = useTranslation(["settings_channels", "kit"]);
  const member = useMember();
  const [address, setAddress] = useState(of.channel === "email" ? member.email : "");
  const [text, setText] = useState(t("testText"));
  const words = useFaultWords();
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
  const fault = send.error ? words(send.error) : null;
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("testTitle")}
      closeButtonProps={{ "aria-label": t("kit:close") }}
    >
      {/* Not a form of its own: it would lie within the account's. */}
      <Stack gap={14}>
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
        {fault ? (
          <Note tone="bad" title={fault.what}>
            {fault.fix}
          </Note>
        ) : null}
        {send.data ? (
          <div role="status">
            <Pill tone={send.data.verdict === "accepted" ? "good" : "bad"}>
              {t(`verdict.${send.data.verdict}`)}
            </Pill>{" "}
            <span className={styles.quiet}>{send.data.raw}</span>
          </div>
        ) : null}
        <Button
          loading={send.isPending}
          disabled={!address.trim() || !text.trim()}
          onClick={() => send.mutate(null)}
        >
          {t("send")}
        </Button>
      </Stack>
    </Modal>
  );
}
