/** One account of a channel: its form, the vendor's steps beside it, a check and a test message. */
import { Button, Collapse, Group, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import { api, body } from "~/api/client";
import { useMay } from "~/app/session";
import { Card } from "~/kit/Card";
import { Confirm } from "~/kit/Confirm";
import { ChannelIcon, useChannelName } from "~/kit/channels";
import { Query } from "~/kit/Query";
import { Refused } from "~/kit/Refused";
import { useValues } from "../begun";
import { useChange } from "../changing";
import { type Account, type Setting, useDefinitions, useHealth } from "../data";
import { Field } from "../Field";
import { restarted } from "../restarting";
import { SettingsPage } from "../SettingsPage";
import { changed, shownValue, type Values } from "../setting";
import styles from "../settings.module.css";
import { ChannelState } from "./ChannelState";
import { Dns } from "./Dns";
import { longWord, madeUp, parted, vapidKey } from "./forms";
import { Notices } from "./Notices";
import { Steps } from "./Steps";
import { Trial } from "./Trial";

export function Component() {
  const { "*": name = "" } = useParams();
  const called = useChannelName();
  const { t } = useTranslation("settings_channels");
  const health = useHealth().data?.items.find((one) => one.channel === name);
  const query = useQuery({
    queryKey: ["accounts", name],
    queryFn: () => body(api.GET("/api/settings/channels/{name}", { params: { path: { name } } })),
  });
  return (
    <SettingsPage
      part="channels"
      title={called(name)}
      about={query.data ? t(`short.${query.data.channel}`) : " "}
      actions={
        <>
          <ChannelState of={query.data?.set_up ? health : undefined} />
          <ChannelIcon name={name} size={22} />
        </>
      }
      ready={query.isSuccess}
    >
      <Query of={query} rows={10}>
        {(found) => (
          <>
            <Notices of={health} />
            <AccountForm key={name} of={found} />
          </>
        )}
      </Query>
    </SettingsPage>
  );
}

function AccountForm({ of }: { of: Account }) {
  const { t } = useTranslation(["settings_channels", "settings"]);
  const may = useMay("settings");
  const [written, change, drop] = useValues(`channel-${of.name}`, of.settings);
  const [open, { toggle }] = useDisclosure(false);
  const values = changed(of.settings, written);
  const path = { name: of.name };
  const save = useChange({
    of: "accounts",
    quiet: true,
    act: async () => {
      await body(api.PUT("/api/settings/channels/{name}", { params: { path }, body: { values } }));
      await restarted();
    },
    said: () => t("settings:saved"),
    after: drop,
  });
  const [first, rest] = parted(of, written);
  const dirty = Object.keys(values).length > 0;
  return (
    <>
      <div className={styles.beside}>
        <Card title={t(of.set_up ? "account" : "setUp")}>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              save.mutate();
            }}
          >
            <Stack gap={16}>
              {first.map((one) => (
                <Known
                  key={one.name}
                  of={one}
                  {...{ may, written, change }}
                  channel={of.channel}
                />
              ))}
              <Button
                variant="subtle"
                size="xs"
                px={8}
                mr="auto"
                onClick={toggle}
                aria-expanded={open}
              >
                {t(open ? "less" : "more", { count: rest.length })}
              </Button>
              <Collapse expanded={open}>
                <Stack gap={16}>
                  <p className={styles.quiet}>{t("moreAbout")}</p>
                  {rest.map((one) => (
                    <Known
                      key={one.name}
                      of={one}
                      {...{ may, written, change }}
                      channel={of.channel}
                      engineers
                    />
                  ))}
                </Stack>
              </Collapse>
              <Refused of={save.error} />
              {may ? (
                <div className={styles.bar}>
                  <Button type="submit" loading={save.isPending} disabled={!dirty && of.set_up}>
                    {t("settings:save")}
                  </Button>
                  {dirty ? (
                    <Button variant="default" onClick={drop} disabled={save.isPending}>
                      {t("settings:discard")}
                    </Button>
                  ) : null}
                  <Trial of={of} values={values} dirty={dirty} />
                  <span className={styles.quiet} role="status">
                    {save.isPending
                      ? t("settings:restarting")
                      : dirty
                        ? t("settings:restarts")
                        : ""}
                  </span>
                </div>
              ) : null}
            </Stack>
          </form>
        </Card>
        <Steps of={of} />
      </div>
      {of.channel === "email" ? <Dns account={of.name} /> : null}
      {may && of.set_up && of.name !== "email" ? <Remove of={of} /> : null}
    </>
  );
}

interface KnownProps {
  of: Setting;
  channel: string;
  may: boolean;
  written: Values;
  change: (name: string, value: unknown) => void;
  /** Whether it stands among those for engineers, who look for its name in the file. */
  engineers?: boolean;
}

/** A setting in the words of its channel, else in those of all channels. */
function Known({ of, channel, may, written, change, engineers }: KnownProps) {
  const { t } = useTranslation(["settings_channels", "settings_engineers"]);
  const topics = useDefinitions("topic").data?.items;
  const told = (what: "label" | "help") =>
    t(
      [channel, "any"].flatMap((whose) =>
        ["field", "settings_engineers:field"].map(
          (words) => `${words}.${whose}.${of.name}.${what}`,
        ),
      ),
    );
  const letters = madeUp(of);
  const make = of.name === "private_key" && !of.filled ? vapidKey : () => longWord(letters);
  const makes = may && (letters > 0 || (of.name === "private_key" && !of.filled));
  return (
    <div>
      <Field
        of={of}
        label={told("label")}
        help={told("help")}
        {...(engineers && { named: of.name })}
        value={shownValue(of, written)}
        disabled={!may}
        choices={
          of.name === "topics" ? topics?.map(({ id }) => ({ value: id, label: id })) : undefined
        }
        onChange={(value) => change(of.name, value)}
      />
      {makes ? (
        <Button variant="subtle" size="compact-xs" mt={4} onClick={() => change(of.name, make())}>
          {t("makeUp")}
        </Button>
      ) : null}
    </div>
  );
}

function Remove({ of }: { of: Account }) {
  const { t } = useTranslation("settings_channels");
  const called = useChannelName()(of.name);
  const go = useNavigate();
  const [asked, { open, close }] = useDisclosure(false);
  const remove = useChange({
    of: "accounts",
    act: async () => {
      const path = { name: of.name };
      await api.DELETE("/api/settings/channels/{name}", { params: { path } });
      await restarted();
      await go("/settings/channels");
    },
    said: () => t("removed", { name: called }),
  });
  return (
    <Card title={t("remove")} about={t("removeAbout")}>
      <Group>
        <Button variant="default" c="var(--bad)" onClick={open}>
          {t("removeIt", { name: called })}
        </Button>
      </Group>
      <Confirm
        opened={asked}
        title={t("removeAsk", { name: called })}
        action={t("removeIt", { name: called })}
        busy={remove.isPending}
        onClose={close}
        onConfirm={() => remove.mutate()}
      >
        {t("removeAbout")}
      </Confirm>
    </Card>
  );
}
