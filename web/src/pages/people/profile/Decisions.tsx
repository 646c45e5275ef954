/** Why a person did, or did not, get a campaign's message: every decision in words. */
import { Select, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import type { Schemas } from "~/api/client";
import { moment } from "~/app/format";
import { Card } from "~/kit/Card";
import { Channel } from "~/kit/channels";
import { Empty } from "~/kit/Empty";
import { Note } from "~/kit/Note";
import { Pill, type Tone } from "~/kit/Pill";
import { Query } from "~/kit/Query";
import type { Person } from "../person";
import { useNames } from "../words";
import { Conditions } from "./Conditions";
import { useWhy } from "./changing";
import styles from "./profile.module.css";

type Decided = Schemas["Decided"];

const TONES: Record<string, Tone> = { send: "accent", never: "warn" };

export function Decisions({ person: { pid } }: { person: Person }) {
  const { t } = useTranslation("people");
  const [params, setParams] = useSearchParams();
  const campaign = params.get("campaign") ?? "";
  const all = useWhy(pid, "").data?.decisions ?? [];
  const known = new Set([...(useNames()?.campaigns ?? []), ...all.map((one) => one.campaign)]);
  const why = useWhy(pid, campaign);
  return (
    <Stack gap={12}>
      <Select
        label={t("decisions.campaign")}
        placeholder={t("decisions.all")}
        data={[...known].sort()}
        value={campaign || null}
        onChange={(name) => setParams({ tab: "decisions", ...(name ? { campaign: name } : {}) })}
        clearable
        clearButtonProps={{ "aria-label": t("decisions.all") }}
        searchable
        maw={360}
        nothingFoundMessage={t("filter.nothing")}
      />
      <Query of={why}>{(found) => <Found why={found} campaign={campaign} />}</Query>
    </Stack>
  );
}

function Found({ why, campaign }: { why: Schemas["Why"]; campaign: string }) {
  const { t } = useTranslation("people");
  return (
    <>
      {why.suppressed?.map((said) => (
        <Note key={said}>{said}</Note>
      ))}
      {why.absent ? (
        <Card title={why.absent}>
          {why.conditions && why.conditions.length > 0 ? <Conditions of={why.conditions} /> : null}
        </Card>
      ) : null}
      {why.decisions.length === 0 && !why.absent ? (
        <Card>
          <Empty title={t("decisions.empty")}>{t("decisions.emptyFix")}</Empty>
        </Card>
      ) : null}
      {why.decisions.length > 0 ? (
        <Card title={campaign || t("decisions.title")} about={t("decisions.about")}>
          <ul className={styles.rows}>
            {why.decisions.map((one) => (
              <Decision key={`${one.run} ${one.campaign} ${one.at}`} decided={one} />
            ))}
          </ul>
        </Card>
      ) : null}
    </>
  );
}

function Decision({ decided }: { decided: Decided }) {
  const { t } = useTranslation("people");
  return (
    <li>
      <div className={`${styles.row} ${styles.decision}`}>
        <span>
          <Link to={`/campaigns/${encodeURIComponent(decided.campaign)}`}>{decided.campaign}</Link>
        </span>
        <span>{decided.channel ? <Channel name={decided.channel} /> : null}</span>
        <span>
          <Pill tone={TONES[decided.outcome] ?? "calm"}>{t(`outcome.${decided.outcome}`)}</Pill>
        </span>
        <time className={`${styles.quiet} number`}>{moment(decided.at)}</time>
      </div>
      <div className={styles.says}>
        {decided.says}
        {decided.became.length > 0 ? (
          <span className={styles.quiet}> · {decided.became.join(" · ")}</span>
        ) : null}
      </div>
    </li>
  );
}
