/** How much: who is held out, how often people hear at all, and until when it is worth sending. */
import { Checkbox, NumberInput, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { whole } from "~/app/format";
import { Card } from "~/kit/Card";
import { askCalendar } from "~/pages/calendar/asking";
import { channelsOf, EXPIRES, HOLDOUT } from "../definition";
import { useReach } from "../reach";
import type { StepProps } from "./Lacking";
import { SpanInput } from "./SpanInput";
import styles from "./steps.module.css";

const HOLDOUT_MAX = 90;
const HOUR_MS = 3_600_000;

export function HowMuch({ writing }: StepProps) {
  const { t } = useTranslation("campaigns");
  const { draft, change } = writing;
  const held = draft.holdout ?? HOLDOUT;
  const reach = useReach(draft).data;
  const channels = channelsOf(draft);
  const most = Math.max(
    0,
    ...(reach?.channels ?? [])
      .filter((one) => channels.includes(one.channel))
      .map((one) => one.reachable),
  );
  const cap = useCap();
  return (
    <>
      <Card title={t("amount.holdout")} about={t("amount.holdoutAbout")}>
        <div className={styles.fields}>
          <NumberInput
            label={t("amount.share")}
            suffix=" %"
            min={0}
            max={HOLDOUT_MAX}
            value={Math.round(held * 1000) / 10}
            onChange={(next) => {
              const part = Number(next) / 100;
              change({ holdout: part === HOLDOUT ? undefined : part });
            }}
            w={160}
          />
          <p className={styles.count}>
            {held === 0
              ? t("amount.none")
              : t("amount.split", {
                  held: whole(most * held),
                  sent: whole(most * (1 - held)),
                })}
          </p>
        </div>
      </Card>
      <Card title={t("amount.frequency")}>
        <Text>{cap ? t("amount.cap", { cap }) : t("amount.noCap")}</Text>
        <Text size="xs" c="dimmed" mt={4}>
          {t("amount.capAbout")}
        </Text>
      </Card>
      <Card title={t("amount.expires")} about={t("amount.expiresAbout")}>
        <SpanInput
          label={t("amount.expiresAfter")}
          value={draft.expires_after ?? EXPIRES}
          onChange={(span) =>
            change({ expires_after: span === EXPIRES || span === "" ? undefined : span })
          }
        />
      </Card>
      <Card title={t("amount.counted")}>
        <div className={styles.fields}>
          {(["clicks", "opens"] as const).map((what) => (
            <Checkbox
              key={what}
              label={t(`amount.${what}`)}
              checked={draft.tracking?.[what] ?? true}
              onChange={(event) =>
                change({ tracking: { ...draft.tracking, [what]: event.currentTarget.checked } })
              }
            />
          ))}
        </div>
      </Card>
    </>
  );
}

/** The shop's frequency cap as a number of messages and days, in words. */
function useCap(): string {
  const { t } = useTranslation("campaigns");
  const { data } = useQuery({
    queryKey: ["calendar", "cap"],
    queryFn: () => askCalendar(new Date(), new Date(Date.now() + HOUR_MS)),
    staleTime: 300_000,
  });
  const found = /^(\d+) in (\d+) days?$/.exec(data?.cap ?? "");
  return found ? t("amount.capWords", { messages: found[1], count: Number(found[2]) }) : "";
}
