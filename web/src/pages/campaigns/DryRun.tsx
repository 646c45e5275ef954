/** A launch without consequences: who hears, everyone who does not and why, cost, and samples. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { moment, whole } from "~/app/format";
import { useMember } from "~/app/session";
import { Card } from "~/kit/Card";
import { Channel } from "~/kit/channels";
import { Kpi, Kpis } from "~/kit/Kpi";
import { type Column, Table } from "~/kit/Table";
import { CascadeCost, ChannelCost } from "./Cost";
import styles from "./campaigns.module.css";
import type { Rehearsal } from "./data";
import { useReason } from "./reasons";

type Gate = Rehearsal["gates"][number];
const SLOTS = 48;

interface DryRunProps {
  name: string;
  of: Rehearsal;
}

export function DryRun({ name, of }: DryRunProps) {
  return of.replay ? (
    <>
      <Replayed replay={of.replay} />
      {of.cost ? <ChannelCost of={of.cost} /> : null}
    </>
  ) : (
    <>
      <Sums of={of} name={name} />
      <LeftOut name={name} gates={of.gates} audience={of.audience} />
      {of.cascade.length > 0 ? <CascadeCost steps={of.cascade} /> : null}
      {of.cost ? <ChannelCost of={of.cost} /> : null}
      <Due of={of} />
      <Samples samples={of.samples} />
    </>
  );
}

/** Whom the gate's number counts. */
const peopleOf = (name: string, { outcome, reason, detail }: Gate) => {
  const query = new URLSearchParams({ outcome, reason: detail ? `${reason}:${detail}` : reason });
  return `/campaigns/${name}/dry-run?${query}`;
};

function Sums({ of, name }: { of: Rehearsal; name: string }) {
  const { t } = useTranslation("campaigns");
  const many = (outcome: string) => of.gates.filter((gate) => gate.outcome === outcome);
  const sum = (gates: Gate[]) => gates.reduce((all, gate) => all + gate.people, 0);
  const waiting = many("wait").reduce((all, gate) => all + gate.control, 0);
  const [sent] = many("send");
  const [ghost] = many("ghost");
  return (
    <Kpis>
      <Kpi
        label={t("dry.hear")}
        value={whole(sum(many("send")))}
        note={t("dry.ofAudience", { n: whole(of.audience) })}
        {...(sent ? { to: peopleOf(name, sent) } : {})}
      />
      <Kpi
        label={t("dry.later")}
        value={whole(sum(many("wait")) - waiting)}
        note={t("dry.laterAbout")}
      />
      <Kpi
        label={t("dry.control")}
        value={whole(sum(many("ghost")) + waiting)}
        note={waiting ? t("dry.controlWaits", { n: whole(waiting) }) : t("dry.controlAbout")}
        {...(ghost && !waiting ? { to: peopleOf(name, ghost) } : {})}
      />
    </Kpis>
  );
}

interface LeftOutProps extends Pick<Rehearsal, "gates" | "audience"> {
  name: string;
}

function LeftOut({ name, gates, audience }: LeftOutProps) {
  const { t } = useTranslation("campaigns");
  const reason = useReason();
  const out = gates.filter((gate) => gate.outcome === "never" || gate.outcome === "wait");
  const columns: Column<Gate>[] = [
    {
      key: "why",
      label: t("dry.why"),
      show: (gate) => reason(gate),
    },
    {
      key: "when",
      label: t("dry.outcome"),
      wide: true,
      show: (gate) => {
        const outcome = t(`outcome.${gate.outcome}`);
        return gate.control ? t("dry.withControl", { outcome, n: whole(gate.control) }) : outcome;
      },
    },
    {
      key: "people",
      label: t("dry.people"),
      number: true,
      show: (gate) => <Link to={peopleOf(name, gate)}>{whole(gate.people)}</Link>,
    },
  ];
  return (
    <Card flush title={t("dry.leftOut")} about={t("dry.leftOutAbout", { n: whole(audience) })}>
      <Table
        label={t("dry.leftOut")}
        columns={columns}
        rows={out}
        id={(gate) => gate.outcome + gate.reason + gate.detail}
        to={(gate) => peopleOf(name, gate)}
        empty={<p className={styles.pad}>{t("dry.nobodyOut")}</p>}
      />
    </Card>
  );
}

/** In which hours it goes out, as bars. */
function Due({ of }: { of: Rehearsal }) {
  const { t } = useTranslation("campaigns");
  const { shop } = useMember();
  const hours = of.when.slice(0, SLOTS);
  const most = Math.max(...hours.map((hour) => hour.people));
  return (
    <Card
      title={t("dry.hours")}
      about={t("dry.hoursAbout", {
        from: moment(of.planned, shop.time_zone),
        until: moment(of.expires, shop.time_zone),
        zone: shop.time_zone,
      })}
    >
      <ul className={styles.hours}>
        {hours.map((hour) => (
          <li key={hour.at}>
            <span>{moment(hour.at, shop.time_zone)}</span>
            <span className={styles.bar} style={{ width: `${(hour.people / most) * 100}%` }} />
            <span className="number">{whole(hour.people)}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Samples({ samples }: Pick<Rehearsal, "samples">) {
  const { t } = useTranslation("campaigns");
  if (samples.length === 0) {
    return null;
  }
  return (
    <Card title={t("dry.samples")}>
      <div className={styles.samples}>
        {samples.map((one) => (
          <article key={one.pid} className={styles.sample} lang={one.language}>
            <header>
              <Channel name={one.channel || "email"} />
              <Link to={`/people/${one.pid}`}>{t("dry.reader", { pid: one.pid })}</Link>
            </header>
            {one.subject ? <h3>{one.subject}</h3> : null}
            <p>{one.error || one.text}</p>
          </article>
        ))}
      </div>
    </Card>
  );
}

/** Who would have entered in the days before, and what would have become of each message. */
function Replayed({ replay }: { replay: NonNullable<Rehearsal["replay"]> }) {
  const { t } = useTranslation("campaigns");
  const reason = useReason();
  return (
    <>
      <Kpis>
        <Kpi
          label={t("replay.events")}
          value={whole(replay.events)}
          note={t("replay.days", { count: replay.days })}
        />
        <Kpi
          label={t("replay.entered")}
          value={whole(replay.entered)}
          note={t("replay.notDue", { n: whole(replay.not_due) })}
        />
        <Kpi label={t("replay.again")} value={whole(replay.again)} />
      </Kpis>
      {replay.messages.map((message) => (
        <Card
          flush
          key={message.message}
          title={message.message}
          about={t("replay.due", { count: message.due, n: whole(message.due) })}
        >
          <Table
            label={message.message}
            rows={message.gates}
            id={(gate) => gate.outcome + gate.reason + gate.detail}
            columns={[
              { key: "why", label: t("dry.why"), show: (gate) => reason(gate) },
              {
                key: "outcome",
                label: t("dry.outcome"),
                wide: true,
                show: (gate) => t(`outcome.${gate.outcome}`),
              },
              {
                key: "people",
                label: t("replay.times"),
                number: true,
                show: (gate) => whole(gate.people),
              },
            ]}
          />
        </Card>
      ))}
    </>
  );
}
