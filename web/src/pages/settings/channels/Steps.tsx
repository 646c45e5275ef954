/** What is to be done at the vendor, step by step, with the address that it is to call. */
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { api, body } from "~/api/client";
import { useMay } from "~/app/session";
import { Card } from "~/kit/Card";
import { Copied } from "~/kit/Copied";
import { Note } from "~/kit/Note";
import { useChange } from "../changing";
import type { Account } from "../data";
import styles from "../settings.module.css";

/** Channels whose vendor is told our address by a press of a button. */
const CONNECTS = new Set(["telegram", "viber", "messenger", "instagram", "whatsapp"]);
/** Channels that put something of ours into the shop's pages. */
const OF_PAGES = new Set(["web_chat"]);
/** Channels whose vendor is told nothing: browsers are their own. */
const SILENT = new Set(["email", "web_push", "web_chat", "mobile_push"]);

export function Steps({ of }: { of: Account }) {
  const { t } = useTranslation("settings_channels");
  const listed = t(`steps.${of.channel}`, { returnObjects: true });
  const steps = Array.isArray(listed) ? listed.map(String) : [];
  const called = of.webhook && !SILENT.has(of.channel);
  return (
    <Card title={t("stepsTitle")}>
      <ol className={styles.steps}>
        {steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      {called ? (
        <div className={styles.under}>
          <p className={styles.quiet}>{t("hook")}</p>
          <Copied text={of.webhook} label={t("hook")} />
          {of.webhook.startsWith("https://") ? null : <Note>{t("hookNotReached")}</Note>}
        </div>
      ) : null}
      {of.set_up && (CONNECTS.has(of.channel) || OF_PAGES.has(of.channel)) ? (
        <Connect of={of} />
      ) : null}
    </Card>
  );
}

function Connect({ of }: { of: Account }) {
  const { t } = useTranslation("settings_channels");
  const may = useMay("settings");
  const pages = OF_PAGES.has(of.channel);
  const connect = useChange({
    of: "health",
    act: () =>
      body(
        api.POST("/api/settings/channels/{name}/connect", {
          params: { path: { name: of.name } },
        }),
      ),
    said: pages ? undefined : () => t("connected"),
  });
  if (!may) {
    return null;
  }
  return (
    <div className={styles.under}>
      <Button variant="default" loading={connect.isPending} onClick={() => connect.mutate(null)}>
        {t(pages ? "showLine" : "connect")}
      </Button>
      {connect.data?.line ? <Copied text={connect.data.line} label={t("line")} /> : null}
    </div>
  );
}
