/** An erasure that was asked for: under way, then its certificate. */
import { Anchor, Button, Loader } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, body } from "~/api/client";
import { moment } from "~/app/format";
import { Card } from "~/kit/Card";
import { Fault } from "~/kit/Fault";
import { Page } from "~/kit/Page";
import { useValue } from "../words";
import styles from "./profile.module.css";

const LOOKED_AT_MS = 2_000;

export function Erasure({ command }: { command: number }) {
  const { t } = useTranslation("people");
  const query = useQuery({
    queryKey: ["command", command],
    queryFn: () =>
      body(api.GET("/api/commands/{number}", { params: { path: { number: command } } })),
    refetchInterval: ({ state }) => (state.data?.done ? false : LOOKED_AT_MS),
  });
  const asked = query.data;
  const title = t(asked?.done ? "erasure.done" : "erasure.title");
  return (
    <Page
      title={title}
      above={
        <Anchor component={Link} to="/people">
          {t("title")}
        </Anchor>
      }
      ready={!query.isPending}
    >
      <Card>
        {query.isError ? <Fault fault={query.error} again={query.refetch} /> : null}
        {asked && !asked.done ? (
          <div className={styles.waiting} role="status">
            <Loader size="sm" />
            <p>{t("erasure.waiting", { at: moment(asked.at) })}</p>
          </div>
        ) : null}
        {asked?.done ? <Result result={asked.result as Record<string, unknown>} /> : null}
      </Card>
    </Page>
  );
}

/** The certificate, or why the worker could not do it. */
function Result({ result }: { result: Record<string, unknown> }) {
  const { t, i18n } = useTranslation("people");
  const { certificate } = result;
  if (typeof certificate !== "object" || certificate === null) {
    return (
      <p role="alert">
        {typeof result.message === "string" ? result.message : t("erasure.failed")}
      </p>
    );
  }
  const entries = Object.entries(certificate);
  const called = (name: string) =>
    i18n.exists(`people:certificate.${name}`)
      ? t(`certificate.${name}`)
      : name.replaceAll("_", " ");
  const named = (what: string) =>
    i18n.exists(`people:identity.${what}`) ? t(`identity.${what}`) : what.replaceAll("_", " ");
  return (
    <div className={styles.certificate}>
      <p>{t("erasure.about")}</p>
      <Lines lines={entries.filter(([, value]) => typeof value !== "object")} called={called} />
      {entries
        .filter(([name, value]) => typeof value === "object" && name !== "kept")
        .map(([name, of]) => (
          <section key={name}>
            <h2>{called(name)}</h2>
            <Lines
              lines={Array.isArray(of) ? of : Object.entries(of).filter(([, rows]) => rows)}
              called={named}
            />
          </section>
        ))}
      <section>
        <h2>{t("certificate.kept")}</h2>
        <p>{t("certificate.keptAbout")}</p>
      </section>
      <Button className="no-print" variant="default" onClick={() => window.print()}>
        {t("erasure.print")}
      </Button>
    </div>
  );
}

interface LinesProps {
  lines: [string, unknown][];
  called: (name: string) => string;
}

function Lines({ lines, called }: LinesProps) {
  const say = useValue();
  return (
    <dl className={styles.facts}>
      {lines.map(([name, value]) => (
        <div key={name}>
          <dt>{called(name)}</dt>
          <dd className="number">{say(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
