/** The claims of the trade, each beside what the shop's own campaigns show. */
import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconShare } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, type Schemas } from "~/api/client";
import { change, decimal, share, whole } from "~/app/format";
import { Card } from "~/kit/Card";
import { useChannelName } from "~/kit/channels";
import { Dialogue } from "~/kit/Dialogue";
import { Page } from "~/kit/Page";
import { Pill, type Tone } from "~/kit/Pill";
import { Query } from "~/kit/Query";
import { Export } from "./Actions";
import { Parts } from "./Parts";
import { told } from "./report";
import styles from "./reports.module.css";
import { Share } from "./Share";

type Claims = Schemas["ClaimsReport"];
type Tested = Schemas["Tested"];

const TONES: Record<Tested["judged"]["standing"], Tone> = {
  supported: "good",
  contradicted: "bad",
  not_shown: "calm",
  not_enough_data: "calm",
  not_testable: "calm",
};

export function Component() {
  const { t } = useTranslation("reports");
  const [sharing, open] = useDisclosure(false);
  const claims = useQuery({
    queryKey: ["reports", "claims"],
    queryFn: () => told(api.GET("/api/claims", { params: { query: {} } })),
  });
  return (
    <Page
      title={t("claims.title")}
      about={t("claims.about")}
      ready={!claims.isPending}
      actions={
        <>
          <Export csv="/api/claims?form=csv" name="claims" />
          <Button leftSection={<IconShare size={16} aria-hidden />} onClick={open.open}>
            {t("share.open")}
          </Button>
          <Dialogue opened={sharing} onClose={open.close} title={t("share.title")}>
            <Share campaign="" />
          </Dialogue>
        </>
      }
    >
      <Parts />
      <Query of={claims} rows={12}>
        {(found) => <Found claims={found} />}
      </Query>
    </Page>
  );
}

function Found({ claims }: { claims: Claims }) {
  const { t } = useTranslation("reports");
  return (
    <>
      <p className={styles.method}>
        {t("claims.from", { count: claims.campaigns })}{" "}
        {claims.left_out.length > 0
          ? t("claims.leftOut", { names: claims.left_out.join(", ") })
          : null}
      </p>
      <div className={styles.claims}>
        {claims.tested.map((one) => (
          <One key={one.claim.id} of={one} />
        ))}
      </div>
      <Card title={t("claims.surveys")} about={t("claims.surveysAbout")}>
        <ul className={styles.silent}>
          {claims.surveys.map((one) => (
            <li key={one.id}>
              {share(one.share, 0)}: {t(`claims.survey.${one.id}`)}
            </li>
          ))}
        </ul>
      </Card>
    </>
  );
}

/** A figure on the claim's scale: a lift, so many times as many, a share. */
function useScale(): (scale: Tested["claim"]["scale"], value: number) => string {
  const { t } = useTranslation("reports");
  return (scale, value) =>
    scale === "lift"
      ? change(value)
      : scale === "ratio"
        ? t("claims.times", { n: decimal(value, 1) })
        : share(value, 1);
}

function One({ of: { claim, judged, own, beside } }: { of: Tested }) {
  const { t } = useTranslation("reports");
  const channel = useChannelName();
  const figure = useScale();
  const said = ({ interval: { value, low, high } }: Tested["own"]) =>
    value === null || low === null || high === null
      ? "–"
      : `${figure(claim.scale, value)} [${figure(claim.scale, low)}, ${figure(claim.scale, high)}]`;
  const name = (one: string) => t(`claims.kind.${one}`, { defaultValue: channel(one) });
  return (
    <Card title={t(`claims.words.${claim.id}`, { defaultValue: claim.words })}>
      <article className={styles.claim}>
        <div>
          <Pill tone={TONES[judged.standing]}>{t(`claims.standing.${judged.standing}`)}</Pill>
        </div>
        <p className={`${styles.own} number`}>{said(own)}</p>
        <p className={styles.method}>
          {t(`claims.because.${judged.because}`)}{" "}
          {own.people > 0 ? t("claims.on", { count: own.people, n: whole(own.people) }) : null}{" "}
          {judged.people_more
            ? t("claims.more", { count: judged.people_more, n: whole(judged.people_more) })
            : null}
        </p>
        {beside.length > 0 ? (
          <ul className={`${styles.silent} number`}>
            {beside.map((one) => (
              <li key={one.name}>
                {name(one.name)}: {said(one.own)}
              </li>
            ))}
          </ul>
        ) : null}
      </article>
    </Card>
  );
}
