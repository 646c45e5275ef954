/** What somebody reads: the message on their device, drawn by the server just as it is sent. */
import { ActionIcon, Alert, Button, Popover, SegmentedControl, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  type Icon,
  IconChevronDown,
  IconDeviceDesktop,
  IconDeviceMobile,
  IconMoon,
  IconSun,
  IconUser,
} from "@tabler/icons-react";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, body } from "~/api/client";
import { useMay } from "~/app/session";
import { useFaultWords } from "~/kit/Fault";
import { Loading } from "~/kit/Loading";
import { calledShort, PersonPicker } from "~/kit/PersonPicker";
import styles from "./edit.module.css";
import type { Look, Shown } from "./editing";
import { useTongue } from "./Variants";

const WHO = ["woman", "man", "unknown", "dirty"] as const;

interface PreviewProps {
  of: UseQueryResult<Shown>;
  look: Look;
  onLook: (some: Partial<Look>) => void;
  channel: string;
}

export function Preview({ of, look, onLook, channel }: PreviewProps) {
  const { t } = useTranslation("templates");
  return (
    <section className={styles.preview} aria-label={t("preview.title")}>
      <div className={styles.looks}>
        <Reader look={look} onLook={onLook} name={of.data?.name ?? ""} />
        {channel === "email" ? (
          <SegmentedControl
            size="xs"
            aria-label={t("preview.device")}
            value={look.wide ? "wide" : "phone"}
            onChange={(next) => onLook({ wide: next === "wide" })}
            data={[
              {
                value: "phone",
                label: <Device icon={IconDeviceMobile} name={t("preview.phone")} />,
              },
              {
                value: "wide",
                label: <Device icon={IconDeviceDesktop} name={t("preview.desktop")} />,
              },
            ]}
          />
        ) : null}
        <Tooltip label={t(look.dark ? "preview.light" : "preview.dark")}>
          <ActionIcon
            variant="default"
            size={30}
            aria-pressed={look.dark}
            aria-label={t("preview.dark")}
            onClick={() => onLook({ dark: !look.dark })}
          >
            {look.dark ? <IconMoon size={16} /> : <IconSun size={16} />}
          </ActionIcon>
        </Tooltip>
      </div>
      <Screen of={of} />
    </section>
  );
}

function Device({ icon: Icon, name }: { icon: Icon; name: string }) {
  return (
    <span className={styles.device} title={name}>
      <Icon size={16} aria-hidden />
      <span className="visually-hidden">{name}</span>
    </span>
  );
}

function Screen({ of }: { of: UseQueryResult<Shown> }) {
  const { t } = useTranslation("templates");
  const tongue = useTongue();
  const words = useFaultWords();
  if (of.isError) {
    const { what, fix } = words(of.error);
    return (
      <Alert color="gray" title={t("preview.broken")}>
        {what} {fix}
      </Alert>
    );
  }
  if (!of.data) {
    return (
      <div className={styles.screen}>
        <Loading rows={12} />
      </div>
    );
  }
  const { preview, screen } = of.data;
  return (
    <>
      {preview.error ? (
        <Alert color="yellow" title={t("preview.nothing")}>
          {t("preview.because", { reason: preview.error })}
        </Alert>
      ) : null}
      {screen ? (
        <iframe
          key={screen}
          className={styles.screen}
          title={t("preview.of", { language: tongue(preview.language) })}
          src={`/api/templates/screen/${screen}`}
          sandbox=""
        />
      ) : null}
    </>
  );
}

interface ReaderProps {
  look: Look;
  onLook: (some: Partial<Look>) => void;
  name: string;
}

/** As whom it is read: somebody invented, one of a few real people, or anybody found. */
function Reader({ look, onLook, name }: ReaderProps) {
  const { t } = useTranslation("templates");
  const mayRead = useMay("people", 1);
  const [opened, { toggle, close }] = useDisclosure(false);
  const readers = useQuery({
    queryKey: ["template-readers"],
    queryFn: () => body(api.GET("/api/templates/readers", { params: { query: {} } })),
    staleTime: 5 * 60_000,
    enabled: opened || look.person !== "",
  });
  const real = readers.data?.items ?? [];
  const own = real.find((one) => String(one.pid) === look.person);
  const pick = (some: Partial<Look>) => {
    onLook(some);
    close();
  };
  const who = t(`preview.who.${WHO[look.invented] ?? "woman"}`);
  const called = look.person
    ? own
      ? calledShort(own)
      : `#${look.person}`
    : name
      ? `${name} · ${who}`
      : who;
  return (
    <Popover
      opened={opened}
      onDismiss={close}
      position="bottom-start"
      width={300}
      trapFocus
      shadow="md"
    >
      <Popover.Target>
        <Button
          variant="default"
          size="xs"
          className={styles.reader}
          leftSection={<IconUser size={16} />}
          rightSection={<IconChevronDown size={14} />}
          aria-expanded={opened}
          onClick={toggle}
        >
          {t("preview.as", { who: called })}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <p className={styles.hint}>{t("preview.invented")}</p>
        <div className={styles.people}>
          {WHO.map((one, n) => (
            <button type="button" key={one} onClick={() => pick({ person: "", invented: n })}>
              {t(`preview.who.${one}`)}
            </button>
          ))}
        </div>
        {real.length ? <p className={styles.hint}>{t("preview.real")}</p> : null}
        <div className={styles.people}>
          {real.map((one) => (
            <button type="button" key={one.pid} onClick={() => pick({ person: String(one.pid) })}>
              {calledShort(one)}
            </button>
          ))}
        </div>
        {mayRead ? (
          <PersonPicker
            label={t("preview.somebody")}
            onPick={(one) => pick({ person: String(one.pid) })}
          />
        ) : null}
      </Popover.Dropdown>
    </Popover>
  );
}
