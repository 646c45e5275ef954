/** What all reports share: their parts as links, the days they look back, how sure a figure is. */
import { SegmentedControl } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { Sections } from "~/kit/Sections";

const PARTS = ["", "deliverability", "funnel", "cohorts", "claims", "quality"] as const;

export function Parts() {
  const { t } = useTranslation("reports");
  const of = PARTS.map((part) => ({
    to: part ? `/reports/${part}` : "/reports",
    label: t(`part.${part || "campaigns"}`),
  }));
  return <Sections label={t("title")} of={of} />;
}

/** How many days back, as the address holds it. */
export function useDays(first: number): [number, (days: number) => void] {
  const [params, setParams] = useSearchParams();
  const given = Number(params.get("days"));
  const days = Number.isInteger(given) && given >= 1 && given <= 366 ? given : first;
  const choose = (next: number) => {
    setParams(next === first ? {} : { days: String(next) }, { replace: true });
  };
  return [days, choose];
}

interface DaysProps {
  days: number;
  offered: readonly number[];
  onChange: (days: number) => void;
}

export function Days({ days, offered, onChange }: DaysProps) {
  const { t } = useTranslation("reports");
  return (
    <SegmentedControl
      aria-label={t("period")}
      value={String(days)}
      onChange={(value) => onChange(Number(value))}
      data={offered.map((one) => ({ value: String(one), label: t("days", { count: one }) }))}
    />
  );
}

interface EndsProps {
  of: { low: number | null; high: number | null };
  show: (value: number) => string;
}

/** The interval of a figure in words. */
export function Ends({ of, show }: EndsProps) {
  const { t } = useTranslation("reports");
  return of.low === null || of.high === null
    ? t("noInterval")
    : t("interval", { low: show(of.low), high: show(of.high) });
}
