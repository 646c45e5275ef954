/** Where they read it: one channel or several one after the other, with what each offers beside it. */
import { Anchor, SegmentedControl } from "@mantine/core";
import { IconAlertCircle, IconCircleCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { money, share, whole } from "~/app/format";
import { useMember } from "~/app/session";
import { Card } from "~/kit/Card";
import { ChannelIcon, useChannelName } from "~/kit/channels";
import { Loading } from "~/kit/Loading";
import { Pill } from "~/kit/Pill";
import { CHANNEL, type Draft } from "../definition";
import { type Offered, useReach } from "../reach";
import { CascadeSteps } from "./CascadeSteps";
import type { StepProps } from "./Lacking";
import { limitsOf, strengthsOf } from "./offers";
import styles from "./steps.module.css";

export function Where({ writing }: StepProps) {
  const { t } = useTranslation("campaigns");
  const { draft, change } = writing;
  const reach = useReach(draft);
  const offers = reach.data?.channels ?? [];
  const several = draft.cascade !== undefined;
  const start = () =>
    change({
      channel: undefined,
      cascade: {
        steps: offers
          .filter(usable)
          .slice(0, 2)
          .map(({ channel }) => ({ channel })),
      },
    });
  const offer = (one: Offered) => (
    <Offer
      key={one.channel}
      of={one}
      audience={reach.data?.audience ?? 0}
      draft={draft}
      onPick={() => change({ channel: one.channel === CHANNEL ? undefined : one.channel })}
    />
  );
  return (
    <>
      <Card title={t("where.title")} about={t(several ? "where.cascadeAbout" : "where.about")}>
        <div className={styles.fields}>
          <SegmentedControl
            value={several ? "several" : "one"}
            onChange={(how) => (how === "several" ? start() : change({ cascade: undefined }))}
            data={[
              { value: "one", label: t("where.one") },
              { value: "several", label: t("where.several") },
            ]}
          />
          {draft.cascade ? (
            <CascadeSteps
              cascade={draft.cascade}
              offers={offers}
              onChange={(cascade) => change({ cascade })}
            />
          ) : null}
          {draft.topic ? null : <p className={styles.count}>{t("where.topicFirst")}</p>}
        </div>
      </Card>
      {draft.topic && reach.isPending ? <Loading rows={8} /> : null}
      <div className={styles.choices}>{offers.filter(usable).map(offer)}</div>
      {offers.some((one) => !usable(one)) ? (
        <details className={styles.others}>
          <summary>{t("where.others")}</summary>
          <div className={styles.choices}>{offers.filter((one) => !usable(one)).map(offer)}</div>
        </details>
      ) : null}
    </>
  );
}

/** Whether people of the topic can be written to there at all. */
const usable = (one: Offered) => one.set_up && one.asked;

interface OfferProps {
  of: Offered;
  audience: number;
  draft: Draft;
  onPick: () => void;
}

/** A channel to be chosen, with its reach, cost, strengths and limits. */
function Offer({ of, audience, draft, onPick }: OfferProps) {
  const called = useChannelName();
  const { t } = useTranslation("campaigns");
  const several = draft.cascade !== undefined;
  return (
    <div className={styles.choice} data-off={!usable(of) || undefined}>
      <div className={styles.head}>
        {several ? (
          <span className={styles.called}>
            <ChannelIcon name={of.channel} />
            {called(of.channel)}
          </span>
        ) : (
          <label className={styles.called} data-whole="">
            <input
              type="radio"
              name="channel"
              checked={(draft.channel ?? CHANNEL) === of.channel}
              onChange={onPick}
              disabled={!usable(of)}
            />
            <ChannelIcon name={of.channel} />
            {called(of.channel)}
          </label>
        )}
        <Standing of={of} />
      </div>
      {usable(of) ? <Figures of={of} audience={audience} /> : null}
      <ul className={styles.plain}>
        {strengthsOf(of).map(([key, values]) => (
          <li key={key} data-good="">
            <IconCircleCheck size={15} aria-label={t("where.strength")} />
            {t(`offer.${key}`, values)}
          </li>
        ))}
        {limitsOf(of).map(([key, values]) => (
          <li key={key} data-limit="">
            <IconAlertCircle size={15} aria-label={t("where.limit")} />
            {t(`offer.${key}`, values)}
          </li>
        ))}
      </ul>
      {of.set_up ? null : (
        <Anchor component={Link} to={`/settings/channels/${of.channel}`} size="xs">
          {t("where.setUp")}
        </Anchor>
      )}
    </div>
  );
}

function Standing({ of }: { of: Offered }) {
  const { t } = useTranslation("campaigns");
  if (!of.set_up) {
    return <Pill>{t("where.notSetUp")}</Pill>;
  }
  if (!of.asked) {
    return <Pill>{t("where.notAsked")}</Pill>;
  }
  return of.paused ? <Pill tone="warn">{t("where.paused")}</Pill> : null;
}

/** Reach, cost and what has been shown so far, in figures. */
function Figures({ of, audience }: { of: Offered; audience: number }) {
  const { t } = useTranslation("campaigns");
  const { shop } = useMember();
  const { sent, delivered, failed, answered } = of.past;
  const cost = (value: number) => money(value, shop.currency);
  return (
    <span>
      <b className="number">{whole(of.reachable)}</b>{" "}
      {t("where.ofPeople", { count: audience, n: whole(audience) })}
      <span className={`${styles.muted} number`} style={{ display: "block" }}>
        {of.price > 0
          ? t("where.cost", { each: cost(of.price), all: cost(of.price * of.reachable) })
          : t("where.free")}
        {sent > 0
          ? ` · ${t(delivered === null ? "where.pastUntold" : "where.past", {
              sent: whole(sent),
              arrived: whole(delivered ?? 0),
              failed: whole(failed),
            })}`
          : ` · ${t("where.untried")}`}
        {answered === null ? "" : ` · ${t("where.answered", { share: share(answered) })}`}
      </span>
    </span>
  );
}
