/** All segments: what each says, how many it holds and held, and who uses it. */
import { Button, Chip, Group } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { day, whole } from "~/app/format";
import { useMay } from "~/app/session";
import { Card } from "~/kit/Card";
import { Empty } from "~/kit/Empty";
import { Page } from "~/kit/Page";
import { Pill } from "~/kit/Pill";
import { Query } from "~/kit/Query";
import { Search } from "~/kit/Search";
import { Sparkline } from "~/kit/Sparkline";
import { type Column, Table } from "~/kit/Table";
import { type Listed, useListed } from "./data";
import styles from "./segments.module.css";

const to = (id: string) => `/segments/${encodeURIComponent(id)}`;
const ARCHIVE = "archive";

export function Component() {
  const { t } = useTranslation("segments");
  const [params, setParams] = useSearchParams();
  const listed = useListed();
  const words = params.get("q") ?? "";
  const label = params.get("label") ?? "";
  const archive = params.get("show") === ARCHIVE;
  const all = listed.data?.items ?? [];
  const labels = [...new Set(all.flatMap((one) => one.labels))].sort();
  const put = (name: string, value: string) => {
    const next = new URLSearchParams(params);
    value ? next.set(name, value) : next.delete(name);
    setParams(next, { replace: true });
  };
  const fits = (one: Listed) =>
    one.archived === archive &&
    (!label || one.labels.includes(label)) &&
    `${one.id} ${one.name} ${one.says}`.toLowerCase().includes(words.trim().toLowerCase());
  return (
    <Page title={t("title")} about={t("about")} ready={!listed.isPending} wide actions={<New />}>
      {all.length ? (
        <Group gap={8}>
          <Search label={t("search")} words={words} onChange={(next) => put("q", next)} />
          {labels.map((one) => (
            <Chip
              key={one}
              size="xs"
              checked={one === label}
              onChange={(on) => put("label", on ? one : "")}
            >
              {one}
            </Chip>
          ))}
          {all.some((one) => one.archived) ? (
            <Chip size="xs" checked={archive} onChange={(on) => put("show", on ? ARCHIVE : "")}>
              {t("inArchive")}
            </Chip>
          ) : null}
        </Group>
      ) : null}
      <Card flush>
        <Query of={listed} rows={8}>
          {({ items }) => <Segments segments={items.filter(fits)} none={items.length === 0} />}
        </Query>
      </Card>
    </Page>
  );
}

function New() {
  const { t } = useTranslation("segments");
  return useMay("content") ? (
    <Button component={Link} to="/segments/new" leftSection={<IconPlus size={16} aria-hidden />}>
      {t("new")}
    </Button>
  ) : null;
}

function Segments({ segments, none }: { segments: readonly Listed[]; none: boolean }) {
  const { t } = useTranslation("segments");
  const columns: Column<Listed>[] = [
    {
      key: "name",
      label: t("name"),
      show: (one) => (
        <div className={styles.named}>
          <Link to={to(one.id)}>{one.name}</Link>
          {one.labels.map((label) => (
            <Pill key={label}>{label}</Pill>
          ))}
          <p className={styles.sentence}>{one.says}</p>
        </div>
      ),
    },
    {
      key: "people",
      label: t("people"),
      number: true,
      show: (one) =>
        one.people === null ? (
          <span className={styles.muted}>{t("notCounted")}</span>
        ) : (
          <span title={one.counted ? t("countedOn", { day: day(one.counted, "UTC") }) : undefined}>
            {whole(one.people)}
          </span>
        ),
    },
    {
      key: "sizes",
      label: t("lately"),
      wide: true,
      width: 160,
      show: (one) =>
        one.sizes.length > 1 ? (
          <Sparkline
            values={one.sizes.map(({ people }) => people)}
            label={t("latelyOf", {
              first: whole(one.sizes[0]?.people ?? 0),
              last: whole(one.people ?? 0),
            })}
          />
        ) : null,
    },
    {
      key: "named_by",
      label: t("usedBy"),
      wide: true,
      width: 220,
      show: (one) => <UsedBy names={one.named_by} />,
    },
  ];
  return (
    <Table
      label={t("title")}
      columns={columns}
      rows={segments}
      id={(one) => one.id}
      to={(one) => to(one.id)}
      empty={
        <Empty title={t(none ? "empty" : "nothingFits")} action={none ? <New /> : null}>
          {t(none ? "emptyFix" : "nothingFitsFix")}
        </Empty>
      }
    />
  );
}

/** The campaigns and segments that name it: `campaign:spring`. */
function UsedBy({ names }: { names: readonly string[] }) {
  const { t } = useTranslation("segments");
  if (names.length === 0) {
    return <span className={styles.muted}>{t("unused")}</span>;
  }
  return (
    <ul className={styles.users}>
      {names.map((one) => {
        const [kind = "", ...rest] = one.split(":");
        const id = rest.join(":");
        return (
          <li key={one}>
            <span className={styles.muted}>{t(`user.${kind}`)}</span>{" "}
            <Link to={`/${kind}s/${encodeURIComponent(id)}`}>{id}</Link>
          </li>
        );
      })}
    </ul>
  );
}
