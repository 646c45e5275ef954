/** Why somebody is in a segment or not: each condition, whether it holds, and what was found. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { api, body } from "~/api/client";
import { Card } from "~/kit/Card";
import { calledShort, PersonPicker } from "~/kit/PersonPicker";
import { Pill } from "~/kit/Pill";
import { Query } from "~/kit/Query";
import { Conditions } from "~/pages/people/profile/Conditions";
import { useWhy } from "./asking";
import { type Condition, isWhole } from "./language";
import styles from "./segments.module.css";

export function Explain({ where }: { where: readonly Condition[] }) {
  const { t } = useTranslation("segments");
  const [params, setParams] = useSearchParams();
  const pid = Number(params.get("person")) || 0;
  return (
    <Card title={t("explain.title")} about={t("explain.about")}>
      <div className={styles.explain}>
        <PersonPicker
          label={t("explain.who")}
          onPick={(one) => {
            const next = new URLSearchParams(params);
            next.set("person", String(one.pid));
            setParams(next, { replace: true });
          }}
        />
        {pid && isWhole(where) ? <Explained where={where} pid={pid} /> : null}
        {isWhole(where) ? null : <p className={styles.muted}>{t("unfinished")}</p>}
      </div>
    </Card>
  );
}

function Explained({ where, pid }: { where: readonly Condition[]; pid: number }) {
  const { t } = useTranslation("segments");
  const why = useWhy(where, [pid]);
  const person = useQuery({
    queryKey: ["person", pid],
    queryFn: () => body(api.GET("/api/people/{pid}", { params: { path: { pid } } })),
  });
  const traits = Object.fromEntries(
    (person.data?.traits ?? []).map((one) => [one.name, one.value]),
  );
  const text = (name: string) => String(traits[name] ?? "");
  const name = [text("first_name"), text("last_name")].filter(Boolean).join(" ");
  return (
    <Query of={why} rows={3}>
      {([found]) =>
        found ? (
          <div className={styles.explained}>
            <p>
              <Link to={`/people/${pid}`}>
                {calledShort({ pid, name: name || text("name"), email: text("email") })}
              </Link>{" "}
              <Pill tone={found.held ? "accent" : "calm"}>
                {t(found.held ? "explain.in" : "explain.out")}
              </Pill>
            </p>
            <Conditions of={found.conditions} />
          </div>
        ) : (
          <p className={styles.muted}>{t("explain.gone")}</p>
        )
      }
    </Query>
  );
}
