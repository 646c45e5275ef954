/** The channels: which are set up and how they do, and which there are beside. */
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useMay } from "~/app/session";
import { Card } from "~/kit/Card";
import { CHANNELS, Channel } from "~/kit/channels";
import { Pill } from "~/kit/Pill";
import { Query } from "~/kit/Query";
import { SMALL } from "~/kit/small";
import { type Account, useAccounts, useHealth } from "../data";
import { SettingsPage } from "../SettingsPage";
import styles from "../settings.module.css";
import { ChannelState } from "./ChannelState";

export function Component() {
  const { t } = useTranslation(["settings_channels", "settings"]);
  const accounts = useAccounts();
  const health = useHealth();
  return (
    <SettingsPage part="channels" ready={accounts.isSuccess && health.isSuccess}>
      <Query of={accounts} rows={8}>
        {({ items }) => (
          <>
            <Card title={t("set")} about={t("setAbout")}>
              <ul className={styles.lines}>
                {items.map((one) => (
                  <Line
                    key={one.name}
                    of={one}
                    health={health.data?.items.find((found) => found.channel === one.name)}
                  />
                ))}
              </ul>
            </Card>
            <Others known={items} />
          </>
        )}
      </Query>
    </SettingsPage>
  );
}

interface LineProps {
  of: Account;
  health: Parameters<typeof ChannelState>[0]["of"];
}

function Line({ of, health }: LineProps) {
  const { t } = useTranslation("settings_channels");
  return (
    <li className={styles.line}>
      <span className={styles.named}>
        <Channel name={of.name} />
      </span>
      <span className={`${styles.grow} ${styles.quiet}`}>{t(`short.${of.channel}`)}</span>
      <ChannelState of={health} />
      <Button {...SMALL} variant="default" component={Link} to={`/settings/channels/${of.name}`}>
        {t("open")}
      </Button>
    </li>
  );
}

function Others({ known }: { known: readonly Account[] }) {
  const { t } = useTranslation("settings_channels");
  const may = useMay("settings");
  const rest = CHANNELS.filter((name) => !known.some((one) => one.channel === name));
  if (rest.length === 0) {
    return null;
  }
  return (
    <Card title={t("others")} about={t("othersAbout")}>
      <ul className={styles.lines}>
        {rest.map((name) => (
          <li key={name} className={styles.line}>
            <span className={styles.named}>
              <Channel name={name} />
            </span>
            <span className={`${styles.grow} ${styles.quiet}`}>{t(`short.${name}`)}</span>
            {may ? (
              <Button
                {...SMALL}
                variant="default"
                component={Link}
                to={`/settings/channels/${name}`}
              >
                {t("setUp")}
              </Button>
            ) : (
              <Pill>{t("notThere")}</Pill>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}
