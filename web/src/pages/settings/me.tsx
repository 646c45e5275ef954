/** One's own log-in: the password, the second factor, and where one is logged in. */
import { Button, PasswordInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body } from "~/api/client";
import { ago } from "~/app/format";
import { useMember } from "~/app/session";
import { Card } from "~/kit/Card";
import { Pill } from "~/kit/Pill";
import { Query } from "~/kit/Query";
import { Refused } from "~/kit/Refused";
import { SMALL } from "~/kit/small";
import { useChange } from "./changing";
import { Factor } from "./Factor";
import { SettingsPage } from "./SettingsPage";
import styles from "./settings.module.css";

const LETTERS_LEAST = 12;

export function Component() {
  const { t } = useTranslation("settings");
  const { email, letters } = useMember();
  const places = usePlaces();
  return (
    <SettingsPage part="me" ready={places.isSuccess}>
      <Factor />
      <Password />
      <Places />
      <p className={styles.quiet}>{t(letters ? "me.letters" : "me.noLetters", { email })}</p>
    </SettingsPage>
  );
}

function Password() {
  const { t } = useTranslation("settings");
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
          <Refused of={change.error} className={styles.whole} />
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
