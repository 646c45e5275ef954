/** What a campaign will cost, before it is launched: of one channel, or of each step of a cascade. */
import { Anchor } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { money, whole } from "~/app/format";
import { useMember } from "~/app/session";
import { Card } from "~/kit/Card";
import { Channel, kindOf } from "~/kit/channels";
import { type Column, Table } from "~/kit/Table";
import type { Rehearsal } from "./data";

type Step = Rehearsal["cascade"][number];
type One = NonNullable<Rehearsal["cost"]>;

/** A sum in the shop's money, rounded where it is an estimate. */
export function useSum(): (of: One) => string {
  const { t } = useTranslation("campaigns");
  const { shop } = useMember();
  return ({ total, read, messages }) => {
    const sum = money(total ?? 0, shop.currency);
    return read < messages ? t("cost.about", { n: sum }) : sum;
  };
}

/** The vendor wants money, and nobody has said how much. */
function NoPrice({ of }: { of: string }) {
  const { t } = useTranslation("campaigns");
  return (
    <Anchor component={Link} to={`/settings/channels/${kindOf(of)}`}>
      {t("cost.none")}
    </Anchor>
  );
}

/** What the messages of one channel cost, by the texts that people would read. */
export function ChannelCost({ of }: { of: One }) {
  const { t } = useTranslation("campaigns");
  const { shop } = useMember();
  const sum = useSum();
  const { channel, paid, each, read, parts, messages } = of;
  const about = !paid
    ? t("where.free")
    : each === null
      ? t("cost.noneAbout")
      : t("cost.read", { count: read, n: whole(read) });
  const columns: Column<One>[] = [
    { key: "channel", label: t("cascade.channel"), show: () => <Channel name={channel} /> },
    {
      key: "people",
      label: t("dry.people"),
      number: true,
      wide: true,
      show: ({ people }) => whole(people),
    },
    { key: "messages", label: t("cost.messages"), number: true, show: () => whole(messages) },
    ...(kindOf(channel) === "sms"
      ? [
          {
            key: "parts",
            label: t("cost.parts"),
            number: true,
            show: () => whole(messages * parts),
          },
        ]
      : []),
    {
      key: "each",
      label: t("cost.each"),
      number: true,
      wide: each !== null,
      show: () => (each === null ? <NoPrice of={channel} /> : money(each, shop.currency)),
    },
    {
      key: "cost",
      label: t("cost.cost"),
      number: true,
      show: () => (each === null ? "–" : sum(of)),
    },
  ];
  return (
    <Card flush title={t("cost.single")} about={about}>
      {paid ? (
        <Table label={t("cost.single")} columns={columns} rows={[of]} id={() => channel} />
      ) : null}
    </Card>
  );
}

/** What the steps of a cascade reach and cost: at least, probably, at most. */
export function CascadeCost({ steps }: { steps: readonly Step[] }) {
  const { t } = useTranslation("campaigns");
  const { shop } = useMember();
  const cost = (value: number) => money(value, shop.currency);
  const sum = (key: "cost_least" | "cost_most") => steps.reduce((all, step) => all + step[key], 0);
  const columns: Column<Step>[] = [
    {
      key: "channel",
      label: t("cascade.channel"),
      show: (step) => <Channel name={step.channel} />,
    },
    {
      key: "reach",
      label: t("cost.reach"),
      number: true,
      wide: true,
      show: (step) => whole(step.reachable),
    },
    {
      key: "first",
      label: t("cost.first"),
      number: true,
      wide: true,
      show: (step) => whole(step.first),
    },
    {
      key: "messages",
      label: t("cost.messages"),
      number: true,
      show: (step) =>
        step.expected === null
          ? `${whole(step.least)} – ${whole(step.most)}`
          : t("cost.about", { n: whole(step.expected) }),
    },
    {
      key: "each",
      label: t("cost.each"),
      number: true,
      wide: true,
      show: (step) => (step.unpriced ? <NoPrice of={step.channel} /> : cost(step.each)),
    },
    {
      key: "cost",
      label: t("cost.cost"),
      number: true,
      show: (step) =>
        step.cost_expected === null
          ? `${cost(step.cost_least)} – ${cost(step.cost_most)}`
          : t("cost.about", { n: cost(step.cost_expected) }),
    },
  ];
  return (
    <Card
      flush
      title={t("cost.title")}
      about={t("cost.range", { low: cost(sum("cost_least")), high: cost(sum("cost_most")) })}
    >
      <Table label={t("cost.title")} columns={columns} rows={steps} id={(step) => step.channel} />
    </Card>
  );
}
