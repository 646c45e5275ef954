/** What somebody reads: the message on their device, drawn by the server just as it is sent. */
import { ActionIcon, Alert, SegmentedControl, Tooltip } from "@mantine/core";
import {
  type Icon,
  IconDeviceDesktop,
  IconDeviceMobile,
  IconMoon,
  IconSun,
} from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useFaultWords } from "../Fault";
import { Loading } from "../Loading";
import type { Condition } from "../PersonPicker";
import { useTongue } from "../tongue";
import type { Look } from "./look";
import styles from "./Preview.module.css";
import { Reader } from "./Reader";
import type { Shown } from "./screen";

interface PreviewProps {
  of: UseQueryResult<Shown>;
  look: Look;
  onLook: (some: Partial<Look>) => void;
  channel: string;
  /** Of whom the people offered are; everybody where it is left out. */
  among?: readonly Condition[];
}

export function Preview({ of, look, onLook, channel, among }: PreviewProps) {
  const { t } = useTranslation("kit");
  return (
    <section className={styles.preview} aria-label={t("preview.title")}>
      <div className={styles.looks}>
        <Reader look={look} onLook={onLook} name={of.data?.name ?? ""} {...(among && { among })} />
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
  const { t } = useTranslation("kit");
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
