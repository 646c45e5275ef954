/** What somebody should look at now, the most urgent first, each with the way to it. */
import { IconAlertTriangle, IconCircleCheck, IconInfoCircle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schemas } from "~/api/client";
import { ago, whole } from "~/app/format";
import { Card } from "~/kit/Card";
import { useChannelName } from "~/kit/channels";
import styles from "./overview.module.css";

type Matter = Schemas["Attention"];

const PLACES: Record<Matter["matter"], (subject: string) => string> = {
  no_worker: () => "/settings",
  sending_stopped: () => "/campaigns",
  channel_paused: (channel) => `/settings/channels/${channel}`,
  channel_trouble: (channel) => `/settings/channels/${channel}`,
  campaign_held: (campaign) => `/campaigns/${campaign}`,
  campaign_paused: (campaign) => `/campaigns/${campaign}`,
  rights_due: () => "/settings/privacy",
  breach_due: () => "/settings/privacy",
  events_refused: () => "/settings/refused",
  conversations_open: () => "/replies",
  people_held: () => "/people?filter=held",
  coupons_low: (pool) => `/shop/coupons/${pool}`,
  coupons_end: (pool) => `/shop/coupons/${pool}`,
  traits_disputed: () => "/reports/quality",
};
const ICONS = {
  urgent: IconAlertTriangle,
  soon: IconAlertTriangle,
  note: IconInfoCircle,
} as const;

export function Attention({ matters }: { matters: readonly Matter[] }) {
  const { t } = useTranslation("overview");
  const channel = useChannelName();
  return (
    <Card title={t("attention")}>
      {matters.length === 0 ? (
        <p className={styles.calm}>
          <IconCircleCheck size={18} aria-hidden /> {t("nothingNeeded")}
        </p>
      ) : (
        <ul className={styles.matters}>
          {matters.map((one) => {
            const Icon = ICONS[one.weight];
            const subject = one.matter.startsWith("channel_") ? channel(one.subject) : one.subject;
            return (
              <li key={`${one.matter}${one.subject}`} data-weight={one.weight}>
                <Icon size={18} stroke={1.7} aria-hidden />
                <div>
                  <Link to={PLACES[one.matter](one.subject)}>
                    {t(`matter.${one.matter}`, {
                      count: one.count,
                      n: whole(one.count),
                      subject,
                      due: one.due ? ago(one.due) : "",
                    })}
                  </Link>
                  {one.detail ? <p>{one.detail}</p> : null}
                </div>
              </li>
            );
          })}
        </ul>
      )}
    </Card>
  );
}
