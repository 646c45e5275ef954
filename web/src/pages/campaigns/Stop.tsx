/** The emergency stop of all sending, and the bar that says that it is pulled. */
import { Button, Group, Modal, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconHandStop } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ago } from "~/app/format";
import { useMay } from "~/app/session";
import styles from "./campaigns.module.css";
import { useStopAll } from "./changing";
import { useSending } from "./data";

export function EmergencyStop() {
  const { t } = useTranslation("campaigns");
  const [opened, { open, close }] = useDisclosure(false);
  const [reason, setReason] = useState("");
  const stop = useStopAll();
  const sending = useSending().data;
  const may = useMay("sending");
  if (!may || !sending || sending.stopped) {
    return null;
  }
  return (
    <>
      <Button
        variant="default"
        c="var(--bad)"
        leftSection={<IconHandStop size={16} />}
        onClick={open}
      >
        {t("stop.button")}
      </Button>
      <Modal opened={opened} onClose={close} title={t("stop.title")}>
        <Text>{t("stop.about")}</Text>
        <TextInput
          mt={12}
          label={t("stop.reason")}
          value={reason}
          maxLength={300}
          onChange={(event) => setReason(event.currentTarget.value)}
          data-autofocus
        />
        <Group justify="flex-end" gap={8} mt={20}>
          <Button variant="default" onClick={close}>
            {t("cancel")}
          </Button>
          <Button
            bg="var(--mantine-color-red-8)"
            loading={stop.isPending}
            onClick={() => stop.mutate({ reason }, { onSuccess: close })}
          >
            {t("stop.do")}
          </Button>
        </Group>
      </Modal>
    </>
  );
}

export function Stopped() {
  const { t } = useTranslation("campaigns");
  const goOn = useStopAll();
  const sending = useSending().data;
  const may = useMay("sending");
  if (!sending?.stopped) {
    return null;
  }
  return (
    <div className={styles.stop} role="alert">
      <div>
        <b>{t("stop.stopped", { when: sending.since ? ago(sending.since) : "" })}</b>
        {sending.reason ? <div>{sending.reason}</div> : null}
      </div>
      {may ? (
        <Button variant="default" loading={goOn.isPending} onClick={() => goOn.mutate(null)}>
          {t("stop.goOn")}
        </Button>
      ) : null}
    </div>
  );
}
