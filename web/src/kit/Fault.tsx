/** What went wrong: what happened, what was kept, what to do. */
import { Button, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useRouteError } from "react-router";
import { Problem } from "~/api/client";
import { sentence } from "~/app/format";
import styles from "./Empty.module.css";

interface FaultProps {
  fault?: unknown;
  again?: () => unknown;
}

/** In words: a Problem's own, or what its code means, or that the server was not reached. */
export function useFaultWords(): (fault: unknown) => { what: string; fix: string } {
  const { t, i18n } = useTranslation("kit");
  return (fault) => {
    if (fault instanceof Problem && fault.code === "offline") {
      return { what: t("offline"), fix: t("offlineFix") };
    }
    if (fault instanceof Problem && fault.english) {
      const code = i18n.exists(`kit:refused.${fault.code}`) ? fault.code : "error";
      return { what: t(`refused.${code}`), fix: t("inEnglish", { text: fault.english }) };
    }
    if (fault instanceof Problem) {
      return { what: sentence(fault.message, fault.where), fix: sentence(fault.fix) };
    }
    return { what: t("unexpected"), fix: fault instanceof Error ? fault.message : "" };
  };
}

export function Fault({ fault, again }: FaultProps) {
  const { t } = useTranslation("kit");
  const thrown = useRouteError();
  const { what, fix } = useFaultWords()(fault ?? thrown);
  return (
    <div className={styles.empty} role="alert">
      <Title order={2}>{what}</Title>
      {fix ? <p>{fix}</p> : null}
      <Button variant="default" onClick={() => (again ? again() : window.location.reload())}>
        {t("again")}
      </Button>
    </div>
  );
}
