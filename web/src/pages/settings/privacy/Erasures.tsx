/** Who was forgotten: by number alone, each with the certificate of what was removed. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "~/api/client";
import { moment } from "~/app/format";
import { Card } from "~/kit/Card";
import { Pill } from "~/kit/Pill";
import { SMALL } from "~/kit/small";
import { Lines } from "../Lines";
import styles from "../settings.module.css";

type Erasure = Schemas["ErasureShown"];

export function Erasures() {
  const { t } = useTranslation("settings_data");
  const query = useQuery({
    queryKey: ["privacy", "erasures"],
    queryFn: () => body(api.GET("/api/rights/erasures", { params: { query: { limit: 1000 } } })),
  });
  return (
    <Card title={t("privacy.erasures")} about={t("privacy.erasuresAbout")}>
      <Lines of={query} rows={3} none={t("privacy.noErasures")} fix={t("privacy.noErasuresFix")}>
        {(one) => (
          <li className={styles.line}>
            <span className={styles.grow}>
              <b>{t("privacy.person", { pid: one.pid })}</b>
              <div className={styles.quiet}>
                {t("privacy.asked", { when: moment(one.asked) })}
                {one.fault ? ` · ${one.fault}` : ""}
              </div>
            </span>
            <State of={one} />
          </li>
        )}
      </Lines>
    </Card>
  );
}

function State({ of }: { of: Erasure }) {
  const { t } = useTranslation("settings_data");
  if (!of.done) {
    return <Pill tone="warn">{t("privacy.underWay")}</Pill>;
  }
  if (!of.certificate) {
    return <Pill tone="bad">{t("privacy.notDone")}</Pill>;
  }
  const text = JSON.stringify(of.certificate, null, 2);
  return (
    <Button
      {...SMALL}
      variant="default"
      component="a"
      href={`data:application/json;charset=utf-8,${encodeURIComponent(text)}`}
      download={`erasure-${of.pid}.json`}
    >
      {t("privacy.certificate")}
    </Button>
  );
}
