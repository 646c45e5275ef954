/** The emergency stop of all sending, and the bar that says that it is pulled. */
import { Button, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconHandStop } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ago } from "~/app/format";
import { useMay } from "~/app/session";
import { FormDialogue } from "~/kit/FormDialogue";
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
  if (!may || sending?.stopped) {
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
      <FormDialogue
        opened={opened}
        title={t("stop.title")}
        action={t("stop.do")}
        grave
        busy={stop.isPending}
        onSubmit={() => stop.mutate({ reason }, { onSuccess: close })}
        onClose={close}
      >
        <Text>{t("stop.about")}</Text>
        <TextInput
          label={t("stop.reason")}
          value={reason}
          maxLength={300}
          onChange={(event) => setReason(event.currentTarget.value)}
          data-autofocus
        />
      </FormDialogue>
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
