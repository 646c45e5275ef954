/** What advertising cost and what followed it, beside what messages brought beyond their controls. */
import { Button, NumberInput, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { api, body, type Schemas } from "~/api/client";
import { decimal, minorMoney, whole } from "~/app/format";
import { useMay, useMember } from "~/app/session";
import { Card } from "~/kit/Card";
import { Confirm } from "~/kit/Confirm";
import { Empty } from "~/kit/Empty";
import { Finding, type FindingCode } from "~/kit/Finding";
import { Query } from "~/kit/Query";
import { type Column, Table } from "~/kit/Table";
import { useAct } from "./changing";
import { ShopPage } from "./ShopPage";
import styles from "./shop.module.css";

type Ad = Schemas["AdReturn"];
type Sent = Schemas["MessageReturn"];

const KEY = ["shop", "spend"];
const DAYS = 30;

const daysAgo = (days: number) => {
  const at = new Date();
  at.setDate(at.getDate() - days);
  return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, "0")}-${String(at.getDate()).padStart(2, "0")}`;
};

export function Component() {
  const { t } = useTranslation("shop");
  const may = useMay("shop");
  const [params, setParams] = useSearchParams();
  const [telling, setTelling] = useState(false);
  const first = params.get("first") || daysAgo(DAYS - 1);
  const last = params.get("last") || daysAgo(0);
  const report = useQuery({
    queryKey: [...KEY, first, last],
    queryFn: () => body(api.GET("/v1/shop/spend", { params: { query: { first, last } } })),
  });
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(params);
    value ? next.set(name, value) : next.delete(name);
    setParams(next, { replace: true });
  };
  const tell = may ? <Button onClick={() => setTelling(true)}>{t("tellSpend")}</Button> : null;
  return (
    <ShopPage
      part="spend"
      ready={!report.isPending}
      actions={report.data?.ads.length ? tell : null}
    >
      <div className={styles.filters}>
        <Day label={t("from")} value={first} onChange={(value) => set("first", value)} />
        <Day label={t("to")} value={last} onChange={(value) => set("last", value)} />
      </div>
      <Query of={report}>
        {(found) => (
          <>
            <Ads ads={found.ads} tell={tell} />
            <Messages sent={found.messages} currency={found.currency} />
          </>
        )}
      </Query>
      {telling ? <Telling onClose={() => setTelling(false)} /> : null}
    </ShopPage>
  );
}

interface DayProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

function Day({ label, value, onChange }: DayProps) {
  return (
    <TextInput
      type="date"
      label={label}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function Ads({ ads, tell }: { ads: Ad[]; tell: React.ReactNode }) {
  const { t } = useTranslation("shop");
  const columns: Column<Ad>[] = [
    {
      key: "source",
      label: t("adSource"),
      show: ({ source, campaign }) => (
        <span className={styles.two}>
          {source}
          <span className={styles.quiet}>{campaign || "–"}</span>
        </span>
      ),
    },
    {
      key: "cost",
      label: t("cost"),
      number: true,
      show: (one) => (one.cost ? minorMoney(one.cost, one.currency) : "–"),
    },
    {
      key: "clicks",
      label: t("clicks"),
      number: true,
      show: (one) => whole(one.clicks),
      wide: true,
    },
    {
      key: "people",
      label: t("came"),
      number: true,
      show: (one) => whole(one.people),
      wide: true,
    },
    { key: "orders", label: t("orders"), number: true, show: (one) => whole(one.orders) },
    {
      key: "revenue",
      label: t("revenue"),
      number: true,
      show: (one) => minorMoney(one.revenue, one.currency),
      wide: true,
    },
    {
      key: "returns",
      label: t("return"),
      number: true,
      show: ({ returns }) => (returns === null ? "–" : decimal(returns)),
    },
  ];
  return (
    <Card flush title={t("ads")} about={ads.length > 0 ? t("adsAbout") : undefined}>
      <Table
        label={t("ads")}
        columns={columns}
        rows={ads}
        id={(one) => `${one.source} ${one.campaign} ${one.currency}`}
        empty={
          <Empty title={t("noAds")} action={tell}>
            {t("noAdsAbout")}
          </Empty>
        }
      />
    </Card>
  );
}

const verdict = (low: number, high: number): FindingCode =>
  low > 0 ? "proven" : high < 0 ? "harmful" : "not_yet";

function Messages({ sent, currency }: { sent: Sent[]; currency: string }) {
  const { t } = useTranslation("shop");
  const columns: Column<Sent>[] = [
    {
      key: "campaign",
      label: t("campaign"),
      show: ({ campaign }) => (
        <Link to={`/reports/${encodeURIComponent(campaign)}`}>{campaign}</Link>
      ),
    },
    { key: "messages", label: t("sent"), number: true, show: (one) => whole(one.messages) },
    { key: "cost", label: t("cost"), number: true, show: (one) => minorMoney(one.cost, currency) },
    { key: "extra", label: t("beyond"), show: (one) => <Beyond one={one} currency={currency} /> },
  ];
  return sent.length > 0 ? (
    <Card flush title={t("messages")} about={t("messagesAbout")}>
      <Table label={t("messages")} columns={columns} rows={sent} id={(one) => one.campaign} />
    </Card>
  ) : null;
}

function Beyond({ one: { extra, low, high }, currency }: { one: Sent; currency: string }) {
  const { t } = useTranslation("shop");
  if (extra === null || low === null || high === null) {
    return <span className={styles.quiet}>{t("noControl")}</span>;
  }
  const sum = (value: number) => minorMoney(value, currency);
  return (
    <span className={styles.beyond}>
      <span className="number">
        <b>{sum(extra)}</b> {t("between", { low: sum(low), high: sum(high) })}
      </span>
      <Finding of={verdict(low, high)} />
    </span>
  );
}

function Telling({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("shop");
  const { shop } = useMember();
  const [date, setDate] = useState(daysAgo(1));
  const [source, setSource] = useState("");
  const [campaign, setCampaign] = useState("");
  const [cost, setCost] = useState<number | string>("");
  const [clicks, setClicks] = useState<number | string>(0);
  const tell = useAct({
    act: () =>
      body(
        api.POST("/v1/shop/spend", {
          body: {
            days: [
              {
                day: date,
                source,
                campaign,
                currency: shop.currency,
                cost: String(cost),
                clicks: Number(clicks),
                impressions: 0,
              },
            ],
          },
        }),
      ),
    said: () => t("spendTold", { source }),
    after: onClose,
    anew: KEY,
  });
  return (
    <Confirm
      opened
      title={t("tellSpend")}
      action={t("save")}
      busy={tell.isPending}
      disabled={!(date && source.trim() && cost !== "")}
      onClose={onClose}
      onConfirm={() => tell.mutate(undefined)}
    >
      <div className={styles.form}>
        <Day label={t("day")} value={date} onChange={setDate} />
        <TextInput
          label={t("adSource")}
          description={t("adSourceAbout")}
          value={source}
          onChange={(event) => setSource(event.currentTarget.value)}
          required
        />
        <TextInput
          label={t("adCampaign")}
          value={campaign}
          onChange={(event) => setCampaign(event.currentTarget.value)}
        />
        <NumberInput
          label={t("costIn", { currency: shop.currency })}
          value={cost}
          onChange={setCost}
          min={0}
          decimalScale={2}
          required
        />
        <NumberInput
          label={t("clicks")}
          value={clicks}
          onChange={setClicks}
          min={0}
          allowDecimal={false}
        />
      </div>
    </Confirm>
  );
}
