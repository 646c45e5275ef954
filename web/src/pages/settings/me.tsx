/** One's own log-in: the password, the second factor, and where one is logged in. */
import { Button, Group, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "~/api/client";
import { ago } from "~/app/format";
import { useMember } from "~/app/session";
import { Card } from "~/kit/Card";
import { Confirm } from "~/kit/Confirm";
import { Copied } from "~/kit/Copied";
import { useFaultWords } from "~/kit/Fault";
import { Note } from "~/kit/Note";
import { Pill } from "~/kit/Pill";
import { Query } from "~/kit/Query";
import { SMALL } from "~/kit/small";
import { useChange } from "./changing";
import { SettingsPage } from "./SettingsPage";
import styles from "./settings.module.css";

const LETTERS_LEAST = 12;

export function Component() {
  const places = usePlaces();
  return (
    <SettingsPage part="me" ready={places.isSuccess}>
      <Factor />
      <Password />
      <Places />
    </SettingsPage>
  );
}

/** Codes of an app beside the password. */
function Factor() {
  const { t } = useTranslation("settings");
  const { second_factor: on } = useMember();
  const [asked, ask] = useState(false);
  const propose = useChange({
    of: "second-factor",
    act: () => body(api.POST("/api/session/second-factor/proposal")),
  });
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
      {propose.data && !on ? (
        <Proof of={propose.data} />
      ) : (
        <Group gap={8}>
          {on ? (
            <Button variant="default" onClick={() => ask(true)}>
              {t("me.turnOff")}
            </Button>
          ) : (
            <Button loading={propose.isPending} onClick={() => propose.mutate(null)}>
              {t("me.turnOn")}
            </Button>
          )}
        </Group>
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

function Password() {
  const { t } = useTranslation("settings");
  const words = useFaultWords();
  const [before, setBefore] = useState("");
  const [next, setNext] = useState("");
  const change = useChange({
    of: "session-places",
    quiet: true,
    act: () => api.POST("/api/session/password", { body: { old: before, new: next } }),
    said: () => t("me.changed"),
    after: () => {
      setBefore("");
      setNext("");
    },
  });
  const fault = change.error ? words(change.error) : null;
  const show = { "aria-label": t("show") };
  return (
    <Card title={t("me.password")} about={t("me.passwordAbout", { n: LETTERS_LEAST })}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate(null);
        }}
      >
        <div className={styles.fields}>
          <PasswordInput
            label={t("me.old")}
            autoComplete="current-password"
            value={before}
            visibilityToggleButtonProps={show}
            onChange={(event) => setBefore(event.currentTarget.value)}
          />
          <PasswordInput
            label={t("me.new")}
            autoComplete="new-password"
            value={next}
            visibilityToggleButtonProps={show}
            onChange={(event) => setNext(event.currentTarget.value)}
          />
          {fault ? (
            <div className={styles.whole}>
              <Note tone="bad" title={fault.what}>
                {fault.fix}
              </Note>
            </div>
          ) : null}
          <div className={styles.whole}>
            <Button
              type="submit"
              variant="default"
              loading={change.isPending}
              disabled={!before || next.length < LETTERS_LEAST}
            >
              {t("me.change")}
            </Button>
          </div>
        </div>
      </form>
    </Card>
  );
}

const usePlaces = () =>
  useQuery({
    queryKey: ["session-places"],
    queryFn: () => body(api.GET("/api/session/places", { params: { query: { limit: 100 } } })),
  });

function Places() {
  const { t } = useTranslation("settings");
  const query = usePlaces();
  const end = useChange({
    of: "session-places",
    act: (place: string) =>
      api.DELETE("/api/session/places/{place}", { params: { path: { place } } }),
    said: () => t("me.ended"),
  });
  return (
    <Card title={t("me.places")} about={t("me.placesAbout")}>
      <Query of={query} rows={2}>
        {({ items }) => (
          <ul className={styles.lines}>
            {items.map((one) => (
              <li key={one.id} className={styles.line}>
                <span className={styles.grow}>{one.agent || t("me.unknown")}</span>
                <span className={styles.quiet}>{ago(one.seen)}</span>
                {one.here ? (
                  <Pill tone="good">{t("me.here")}</Pill>
                ) : (
                  <Button {...SMALL} variant="default" onClick={() => end.mutate(one.id)}>
                    {t("me.end")}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Query>
    </Card>
  );
}
