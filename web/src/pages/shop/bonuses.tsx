/** Bonuses: what a person has, what of it ends next, and the ledger that it comes from. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { api, body, type Schemas } from "~/api/client";
import { day, moment, signed, whole } from "~/app/format";
import { useMay, useMember } from "~/app/session";
import { Card } from "~/kit/Card";
import { Empty } from "~/kit/Empty";
import { Kpi, Kpis } from "~/kit/Kpi";
import { calledShort, PersonPicker } from "~/kit/PersonPicker";
import { Query } from "~/kit/Query";
import { type Column, Table } from "~/kit/Table";
import { ShopPage } from "./ShopPage";
import styles from "./shop.module.css";

type Balance = Schemas["BalanceShown"];
type Entry = Balance["entries"][number];

export function Component() {
  const { t } = useTranslation("shop");
  const [params, setParams] = useSearchParams();
  const mayFind = useMay("people", 1);
  const pid = Number(params.get("person"));
  return (
    <ShopPage part="bonuses" ready>
      {mayFind ? (
        <div className={styles.picker}>
          <PersonPicker
            label={t("whose")}
            onPick={(one) => setParams({ person: String(one.pid), name: calledShort(one) })}
          />
        </div>
      ) : null}
      {pid > 0 ? (
        <Account key={pid} pid={pid} name={params.get("name") ?? `#${pid}`} />
      ) : (
        <Card>
          <Empty title={t("noPerson")}>{t("noPersonAbout")}</Empty>
        </Card>
      )}
    </ShopPage>
  );
}

function Account({ pid, name }: { pid: number; name: string }) {
  const balance = useQuery({
    queryKey: ["shop", "bonus", pid],
    queryFn: () => body(api.GET("/v1/shop/bonus", { params: { query: { pid } } })),
  });
  return <Query of={balance}>{(found) => <Shown balance={found} name={name} />}</Query>;
}

/** A bonus ends with its last day; what is told is the moment after. */
function useLastDay(): (ends: string) => string {
  const { shop } = useMember();
  return (ends) => day(new Date(ends).getTime() - 1, shop.time_zone);
}

function Shown({ balance, name }: { balance: Balance; name: string }) {
  const { t } = useTranslation("shop");
  const lastDay = useLastDay();
  const columns = useColumns();
  const entries = [...balance.entries].reverse();
  return (
    <>
      <Kpis>
        <Kpi label={t("balanceOf", { name })} value={whole(balance.balance)} />
        <Kpi
          label={t("endsNext")}
          value={balance.expires_at ? whole(balance.expiring) : "–"}
          note={
            balance.expires_at ? t("on", { day: lastDay(balance.expires_at) }) : t("nothingEnds")
          }
        />
      </Kpis>
      <Card
        flush
        title={t("ledger")}
        about={t("ledgerAbout")}
        actions={
          <Button component={Link} to={`/people/${balance.person}`} variant="default">
            {t("toPerson")}
          </Button>
        }
      >
        <Table
          label={t("ledger")}
          columns={columns}
          rows={entries}
          id={(row) => `${row.source} ${row.key}`}
          empty={<Empty title={t("noEntries")}>{t("noEntriesAbout")}</Empty>}
        />
      </Card>
    </>
  );
}

function useColumns(): Column<Entry>[] {
  const { t } = useTranslation("shop");
  const lastDay = useLastDay();
  return [
    { key: "at", label: t("when"), show: (row) => moment(row.at) },
    { key: "amount", label: t("amount"), number: true, show: (row) => signed(row.amount) },
    {
      key: "source",
      label: t("entryFrom"),
      show: ({ source, key, note }) => (
        <span className={styles.two}>
          {note || source}
          <span className={styles.quiet}>
            {source} · {key}
          </span>
        </span>
      ),
    },
    {
      key: "expires",
      label: t("ends"),
      show: ({ expires_at }) => (expires_at ? lastDay(expires_at) : t("never")),
      wide: true,
    },
  ];
}
