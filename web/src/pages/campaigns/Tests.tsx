/** How the test of the variants stands, and sending a variant to those who wait. */
import { Button, Group, Radio, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, body, type Schemas } from "~/api/client";
import { moment } from "~/app/format";
import { useMay } from "~/app/session";
import { Card } from "~/kit/Card";
import { FormDialogue } from "~/kit/FormDialogue";
import { done } from "~/kit/notices";
import { Pill, type Tone } from "~/kit/Pill";
import { useSayFault } from "~/kit/Refused";
import styles from "./campaigns.module.css";
import { campaignsChanged } from "./data";
import type { Variant } from "./definition";

type Standing = Schemas["ExperimentShown"];
const TONES: Record<string, Tone> = {
  running: "accent",
  won: "good",
  undecided: "calm",
  not_trusted: "bad",
};

interface TestsProps {
  name: string;
  variants: readonly Variant[];
}

export function Tests({ name, variants }: TestsProps) {
  const { t } = useTranslation("campaigns");
  const tests = useQuery({
    queryKey: ["campaigns", "tests", name],
    queryFn: () => body(api.GET("/api/campaigns/{name}/tests", { params: { path: { name } } })),
  });
  const [newest] = tests.data?.items ?? [];
  return newest ? (
    <Card
      title={t("trial.title")}
      actions={<RollOut name={name} of={newest} variants={variants} />}
    >
      <Group gap={8} mb={8}>
        <Pill tone={TONES[newest.standing] ?? "calm"}>{t(`standing.${newest.standing}`)}</Pill>
        {newest.winner ? <span>{t("trial.winner", { variant: newest.winner })}</span> : null}
        {newest.chosen ? <span>{t("trial.chosen", { variant: newest.chosen })}</span> : null}
      </Group>
      <ul className={styles.problems}>
        {newest.looks.map((look) => (
          <li key={look.look}>
            {t(look.final ? "trial.lastLook" : "trial.look", {
              n: look.look,
              at: moment(look.at),
            })}
          </li>
        ))}
      </ul>
      <Text size="xs" mt={8}>
        <Link to={`/reports/${name}`}>{t("trial.report")}</Link>
      </Text>
    </Card>
  ) : null;
}

interface RollOutProps extends TestsProps {
  of: Standing;
}

function RollOut({ name, of, variants }: RollOutProps) {
  const { t } = useTranslation("campaigns");
  const [opened, { open, close }] = useDisclosure(false);
  const [variant, choose] = useState(of.winner || variants[0]?.id || "");
  const may = useMay("sending");
  const onError = useSayFault();
  const early = of.standing === "running";
  const rolling = useMutation({
    mutationFn: () =>
      body(
        api.POST("/api/campaigns/{name}/roll-out", {
          params: { path: { name }, query: { variant, early } },
        }),
      ),
    onSuccess: async () => {
      close();
      done(t("trial.rolled", { variant }));
      await campaignsChanged();
    },
    onError,
  });
  if (!may || of.rolled_out) {
    return null;
  }
  return (
    <>
      <Button variant="default" onClick={open}>
        {t("trial.rollOut")}
      </Button>
      <FormDialogue
        opened={opened}
        title={t("trial.rollOut")}
        action={t("trial.send", { variant })}
        busy={rolling.isPending}
        onSubmit={() => rolling.mutate()}
        onClose={close}
      >
        <Text>{t(early ? "trial.early" : "trial.about")}</Text>
        <Radio.Group aria-label={t("trial.rollOut")} value={variant} onChange={choose}>
          <Stack gap={8}>
            {variants.map((one) => (
              <Radio key={one.id} value={one.id} label={one.id} />
            ))}
          </Stack>
        </Radio.Group>
      </FormDialogue>
    </>
  );
}
