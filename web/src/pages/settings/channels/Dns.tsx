/** What the internet's names say of the sender of mails, and what to put there. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, body } from "~/api/client";
import { Card } from "~/kit/Card";
import { Copied } from "~/kit/Copied";
import { Pill, type Tone } from "~/kit/Pill";
import { Query } from "~/kit/Query";
import styles from "../settings.module.css";

const TONES: Record<string, Tone> = {
  well: "good",
  weak: "warn",
  lacking: "bad",
  wrong: "bad",
};

export function Dns({ account }: { account: string }) {
  const { t } = useTranslation("settings_channels");
  const query = useQuery({
    queryKey: ["dns", account],
    staleTime: 60_000,
    queryFn: () => body(api.GET("/api/mail/dns", { params: { query: { account, limit: 100 } } })),
  });
  return (
    <Card title={t("dns")} about={t("dnsAbout")}>
      <Query of={query} rows={4}>
        {({ items }) => (
          <ul className={styles.lines}>
            {items.map((one) => (
              <li key={`${one.what} ${one.name}`} className={styles.line}>
                <b style={{ flex: "0 0 90px" }}>{one.what}</b>
                <span className={styles.grow}>
                  {one.name}
                  {one.found ? <span className={styles.quiet}> · {one.found}</span> : null}
                </span>
                <Pill tone={TONES[one.state] ?? "calm"}>{t(`dnsState.${one.state}`)}</Pill>
                {one.put && one.state !== "well" ? (
                  <div style={{ flexBasis: "100%" }}>
                    <Copied text={one.put} label={one.what} />
                  </div>
                ) : null}
              </li>
            ))}
          </ul>
        )}
      </Query>
    </Card>
  );
}
