/** Links by which people outside the team read one report: made, copied, taken back. */
import { Button, CopyButton, Group, Select, Stack, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import i18next from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "~/api/client";
import { day } from "~/app/format";
import { useMay, useMember } from "~/app/session";
import { Fault } from "~/kit/Fault";
import { done } from "~/kit/notices";
import { Query } from "~/kit/Query";
import styles from "./reports.module.css";

type Shared = Schemas["ShareShown"];
const DAYS = [7, 30, 90, 365];

interface ShareProps {
  /** "" is the report on claims. */
  campaign: string;
  goal?: string;
}

export function Share({ campaign, goal = "" }: ShareProps) {
  const { t } = useTranslation("reports");
  const may = useMay("reports");
  const [days, setDays] = useState("30");
  const queries = useQueryClient();
  const key = ["reports", "shares", campaign];
  const shares = useQuery({
    queryKey: key,
    queryFn: () => body(api.GET("/api/reports/shares", { params: { query: { campaign } } })),
  });
  const make = useMutation({
    mutationFn: () =>
      body(
        api.POST("/api/reports/shares", {
          body: { campaign, goal, language: i18next.language, days: Number(days) },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: key }),
  });
  const end = useMutation({
    mutationFn: (share: string) =>
      api.DELETE("/api/reports/shares/{share}", { params: { path: { share } } }),
    onSuccess: () => {
      done(t("share.ended"));
      return queries.invalidateQueries({ queryKey: key });
    },
  });
  return (
    <Stack>
      <p>{t("share.about")}</p>
      {may ? (
        <Group align="end">
          <Select
            label={t("share.good")}
            data={DAYS.map((one) => ({ value: String(one), label: t("days", { count: one }) }))}
            value={days}
            onChange={(value) => setDays(value ?? "30")}
            allowDeselect={false}
            w={160}
          />
          <Button loading={make.isPending} onClick={() => make.mutate()}>
            {t("share.make")}
          </Button>
        </Group>
      ) : null}
      {make.error ? <Fault fault={make.error} /> : null}
      <Query of={shares} rows={2}>
        {({ items }) => (
          <ul className={styles.links} aria-label={t("share.links")}>
            {items.map((one) => (
              <One key={one.id} of={one} may={may} onEnd={() => end.mutate(one.id)} />
            ))}
          </ul>
        )}
      </Query>
    </Stack>
  );
}

function One({ of, may, onEnd }: { of: Shared; may: boolean; onEnd: () => void }) {
  const { t } = useTranslation("reports");
  const { shop } = useMember();
  const until = t("share.until", { day: day(of.until, shop.time_zone) });
  return (
    <li>
      <TextInput
        aria-label={until}
        value={of.url}
        readOnly
        flex={1}
        onFocus={(event) => event.currentTarget.select()}
      />
      <Group gap={4}>
        <CopyButton value={of.url}>
          {({ copied, copy }) => (
            <Button size="xs" variant="default" onClick={copy}>
              {t(copied ? "share.copied" : "share.copy")}
            </Button>
          )}
        </CopyButton>
        {may ? (
          <Button size="xs" variant="subtle" color="red" onClick={onEnd}>
            {t("share.end")}
          </Button>
        ) : null}
      </Group>
      <small>{until}</small>
    </li>
  );
}
