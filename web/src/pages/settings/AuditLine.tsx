/** One line of the audit log, opened: who, when, on what, and everything that was written down. */
import { Anchor } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, body } from "~/api/client";
import { moment } from "~/app/format";
import { Dialogue } from "~/kit/Dialogue";
import { Query } from "~/kit/Query";
import styles from "./settings.module.css";

/** Where what a line is about has a page: "person:17" is at /people/17. */
const PAGES: Readonly<Record<string, (id: string) => string>> = {
  campaign: (id) => `/campaigns/${id}`,
  goal: () => "/settings/goals",
  import: (id) => `/settings/imports/${id}`,
  key: () => "/settings/keys",
  person: (id) => `/people/${id}`,
  segment: (id) => `/segments/${id}`,
  team: () => "/settings/team",
  template: (id) => `/templates/${id}`,
  topic: () => "/settings/topics",
};

function pageOf(subject: string): string | null {
  const at = subject.indexOf(":");
  return at < 0 ? null : (PAGES[subject.slice(0, at)]?.(subject.slice(at + 1)) ?? null);
}

export function AuditLine({ number, onClose }: { number: number; onClose: () => void }) {
  const { t } = useTranslation("settings_data");
  const query = useQuery({
    queryKey: ["audit", "line", number],
    queryFn: () => body(api.GET("/api/audit/{number}", { params: { path: { number } } })),
  });
  return (
    <Dialogue opened onClose={onClose} size="lg" title={t("audit.line", { number })}>
      <Query of={query} rows={5}>
        {({ at, actor, action, subject, detail }) => {
          const page = pageOf(subject);
          return (
            <dl className={styles.facts}>
              <dt>{t("imports.when")}</dt>
              <dd>{moment(at)}</dd>
              <dt>{t("audit.actor")}</dt>
              <dd>{actor}</dd>
              <dt>{t("audit.action")}</dt>
              <dd>{action}</dd>
              <dt>{t("audit.subject")}</dt>
              <dd>
                {page ? (
                  <Anchor component={Link} to={page}>
                    {subject}
                  </Anchor>
                ) : (
                  subject
                )}
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
          );
        }}
      </Query>
    </Dialogue>
  );
}
