/** One line of the audit log, opened: who, when, on what, and everything that was written down. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, body } from "~/api/client";
import { moment } from "~/app/format";
import { Dialogue } from "~/kit/Dialogue";
import { Query } from "~/kit/Query";
import { useAudited } from "./audited";
import styles from "./settings.module.css";

export function AuditLine({ number, onClose }: { number: number; onClose: () => void }) {
  const { t } = useTranslation("settings_data");
  const said = useAudited();
  const query = useQuery({
    queryKey: ["audit", "line", number],
    queryFn: () => body(api.GET("/api/audit/{number}", { params: { path: { number } } })),
  });
  return (
    <Dialogue opened onClose={onClose} size="lg" title={t("audit.line", { number })}>
      <Query of={query} rows={5}>
        {({ at, actor, action, subject, detail }) => (
          <dl className={styles.facts}>
            <dt>{t("imports.when")}</dt>
            <dd>{moment(at)}</dd>
            <dt>{t("audit.actor")}</dt>
            <dd>
              {said.actor(actor)} <code className={styles.inFile}>{actor}</code>
            </dd>
            <dt>{t("audit.action")}</dt>
            <dd>
              {said.action(action)} <code className={styles.inFile}>{action}</code>
            </dd>
            <dt>{t("audit.subject")}</dt>
            <dd>
              {said.about(subject)} <code className={styles.inFile}>{subject}</code>
            </dd>
            <dt>{t("audit.detail")}</dt>
            <dd>
              {detail === null ? (
                t("audit.noDetail")
              ) : (
                <pre className={styles.raw}>{JSON.stringify(detail, null, 2)}</pre>
              )}
            </dd>
          </dl>
        )}
      </Query>
    </Dialogue>
  );
}
