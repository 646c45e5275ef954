/** All sendings by day: sent, under way, to come; and who would hear twice on one day. */
import { Anchor, Button, Group, SegmentedControl } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { day as dayName, share, whole } from "~/app/format";
import { useMember } from "~/app/session";
import { Card } from "~/kit/Card";
import { Page } from "~/kit/Page";
import { Query } from "~/kit/Query";
import { Table } from "~/kit/Table";
import { useShelf } from "../campaigns/data";
import { askCalendar, type Calendar } from "./asking";
import styles from "./calendar.module.css";
import { dayIn, dayOf, dayOfMonth, isoOf, monthName, moved, plus, shown } from "./days";
import { Grid } from "./Grid";

type View = "month" | "week";

export function Component() {
  const { t } = useTranslation("campaigns");
  const { shop } = useMember();
  const [params, setParams] = useSearchParams();
  const view: View = params.get("view") === "week" ? "week" : "month";
  const today = dayIn(new Date(), shop.time_zone);
  const at = dayOf(params.get("day") ?? "") || today;
  const days = shown(at, view);
  const first = days[0] ?? at;
  const last = days.at(-1) ?? at;
  const go = (day: number, as: View = view) =>
    setParams({ day: isoOf(day), ...(as === "week" ? { view: as } : {}) }, { replace: true });
  const calendar = useQuery({
    queryKey: ["calendar", first, last],
    // A day of room at both ends: the server counts in UTC, the page in the shop's days.
    queryFn: ({ signal }) =>
      askCalendar(new Date(plus(first, -1)), new Date(plus(last, 2)), signal),
    placeholderData: keepPreviousData,
  });
  return (
    <Page
      wide
      title={view === "month" ? monthName(at) : t("cal.weekOf", { day: dayOfMonth(first) })}
      above={
        <Anchor component={Link} to="/campaigns" size="xs">
          {t("title")}
        </Anchor>
      }
      ready={!calendar.isPending}
      actions={
        <>
          <SegmentedControl
            value={view}
            onChange={(next) => go(at, next === "week" ? "week" : "month")}
            data={[
              { value: "month", label: t("cal.month") },
              { value: "week", label: t("cal.week") },
            ]}
          />
          <Group gap={4} wrap="nowrap">
            <Button
              variant="default"
              px={10}
              aria-label={t("cal.before")}
              onClick={() => go(moved(at, view, -1))}
            >
              <IconChevronLeft size={16} />
            </Button>
            <Button variant="default" onClick={() => go(today)}>
              {t("cal.today")}
            </Button>
            <Button
              variant="default"
              px={10}
              aria-label={t("cal.after")}
              onClick={() => go(moved(at, view, 1))}
            >
              <IconChevronRight size={16} />
            </Button>
          </Group>
        </>
      }
    >
      <Query of={calendar} rows={14}>
        {(found) => (
          <>
            <Grid found={found} days={days} month={view === "month" ? at : null} today={today} />
            <Crowd found={found} />
            <Always names={found.always} />
          </>
        )}
      </Query>
    </Page>
  );
}

/** Who is due more than once on a day, or more than the cap lets through. */
function Crowd({ found }: { found: Calendar }) {
  const { t } = useTranslation("campaigns");
  const names = new Map(found.entries.map((one) => [one.campaign, one.name || one.campaign]));
  const overlaps = found.overlaps ?? [];
  const crowded = found.crowded ?? 0;
  if (overlaps.length === 0 && crowded === 0) {
    return found.entries.length ? <p className={styles.muted}>{t("cal.noOverlap")}</p> : null;
  }
  return (
    <Card
      flush
      title={t("cal.overlaps")}
      about={crowded > 0 ? t("cal.crowded", { count: crowded, n: whole(crowded) }) : null}
    >
      <Table
        label={t("cal.overlaps")}
        rows={overlaps}
        id={(one) => `${one.day}${one.first}${one.second}`}
        columns={[
          {
            key: "day",
            label: t("cal.day"),
            show: (one) => <span className={styles.date}>{dayName(one.day, "UTC")}</span>,
          },
          {
            key: "both",
            label: t("column.name"),
            show: (one) => (
              <>
                <Link to={`/campaigns/${one.first}`}>{names.get(one.first) ?? one.first}</Link> +{" "}
                <Link to={`/campaigns/${one.second}`}>{names.get(one.second) ?? one.second}</Link>
              </>
            ),
          },
          {
            key: "people",
            label: t("cal.inBoth"),
            number: true,
            show: (one) => whole(one.people),
          },
          {
            key: "share",
            label: t("cal.ofSmaller"),
            number: true,
            wide: true,
            show: (one) => share(one.share, 0),
          },
        ]}
      />
    </Card>
  );
}

/** Campaigns that wait for events have no day. */
function Always({ names }: { names: readonly string[] }) {
  const { t } = useTranslation("campaigns");
  const known = useShelf("", "", false).data?.items ?? [];
  if (names.length === 0) {
    return null;
  }
  return (
    <Card title={t("cal.always")} about={t("cal.alwaysAbout")}>
      <Group gap={12}>
        {names.map((name) => (
          <Anchor key={name} component={Link} to={`/campaigns/${name}`}>
            {known.find((one) => one.id === name)?.name ?? name}
          </Anchor>
        ))}
      </Group>
    </Card>
  );
}
