/** The second factor of whoever is logged in: set up with an app, proved, turned off. */
import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "~/api/client";
import { useMember } from "~/app/session";
import { Card } from "~/kit/Card";
import { Confirm } from "~/kit/Confirm";
import { Copied } from "~/kit/Copied";
import { useFaultWords } from "~/kit/Fault";
import { Note } from "~/kit/Note";
import { Pill } from "~/kit/Pill";
import { useChange } from "./changing";
import styles from "./settings.module.css";

/** Codes of an app beside the password. */
export function Factor() {
  const { t } = useTranslation("settings");
  const { second_factor: on } = useMember();
  const [asked, ask] = useState(false);
  const drop = useChange({
    of: "session",
    act: () => api.DELETE("/api/session/second-factor"),
    said: () => t("me.factorOff"),
    after: () => ask(false),
  });
  return (
    <Card
      title={t("me.factor")}
      about={t("me.factorAbout")}
      actions={<Pill tone={on ? "good" : "calm"}>{t(on ? "team.on" : "team.offFactor")}</Pill>}
    >
      {on ? (
        <Group>
          <Button variant="default" onClick={() => ask(true)}>
            {t("me.turnOff")}
          </Button>
        </Group>
      ) : (
        <SetUp />
      )}
      <Confirm
        opened={asked}
        title={t("me.offAsk")}
        action={t("me.turnOff")}
        busy={drop.isPending}
        onClose={() => ask(false)}
        onConfirm={() => drop.mutate(null)}
      >
        {t("me.offAbout")}
      </Confirm>
    </Card>
  );
}

/** Setting one up; the session is read anew once the spare codes are kept. */
export function SetUp() {
  const { t } = useTranslation("settings");
  const propose = useChange({
    of: "second-factor",
    act: () => body(api.POST("/api/session/second-factor/proposal")),
  });
  return propose.data ? (
    <Proof of={propose.data} />
  ) : (
    <Group>
      <Button loading={propose.isPending} onClick={() => propose.mutate(null)}>
        {t("me.turnOn")}
      </Button>
    </Group>
  );
}

/** The secret goes into the app; a code of it proves that it is there. */
function Proof({ of }: { of: Schemas["FactorProposed"] }) {
  const { t } = useTranslation("settings");
  const words = useFaultWords();
  const [code, setCode] = useState("");
  const [spare, keep] = useState<string[]>([]);
  const prove = useChange({
    of: "team",
    quiet: true,
    act: () => body(api.POST("/api/session/second-factor", { body: { secret: of.secret, code } })),
    after: keep,
  });
  const again = useChange({ of: "session", act: async () => null });
  const fault = prove.error ? words(prove.error) : null;
  if (spare.length) {
    return (
      <Stack gap={14}>
        <Note title={t("me.spare")}>{t("me.spareAbout")}</Note>
        <Copied text={spare.join("  ")} label={t("me.spare")} />
        <Group>
          <Button onClick={() => again.mutate(null)}>{t("keys.kept")}</Button>
        </Group>
      </Stack>
    );
  }
  return (
    <form
      className={styles.proof}
      onSubmit={(event) => {
        event.preventDefault();
        prove.mutate(null);
      }}
    >
      <img src={of.picture} width={176} height={176} alt={t("me.code")} />
      <Stack gap={12}>
        <p>{t("me.scan")}</p>
        <Copied text={of.secret} label={t("me.secret")} />
        <TextInput
          label={t("me.six")}
          value={code}
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={10}
          required
          error={fault?.what}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <Group>
          <Button type="submit" loading={prove.isPending} disabled={code.trim().length < 6}>
            {t("me.turnOn")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
