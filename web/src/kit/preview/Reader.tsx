/** As whom a message is read: somebody invented, one of a few real people, or anybody found. */
import { Button, Popover } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconUser } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, body } from "~/api/client";
import { useMay } from "~/app/session";
import { type Condition, calledShort, PersonPicker } from "../PersonPicker";
import type { Look } from "./look";
import styles from "./Preview.module.css";

const WHO = ["woman", "man", "unknown", "dirty"] as const;
const SOME = 6;

interface ReaderProps {
  look: Look;
  onLook: (some: Partial<Look>) => void;
  name: string;
  among?: readonly Condition[];
}

/** A few real people: of those, or of each language that the shop speaks. */
const some = (among: readonly Condition[] | undefined) =>
  among
    ? body(
        api.POST("/api/people/list", {
          params: { query: { limit: SOME } },
          body: { where: [...among], words: "", order: "-created" },
        }),
      )
    : body(api.GET("/api/templates/readers", { params: { query: {} } }));

export function Reader({ look, onLook, name, among }: ReaderProps) {
  const { t } = useTranslation("kit");
  const mayRead = useMay("people", 1);
  const [opened, { toggle, close }] = useDisclosure(false);
  const readers = useQuery({
    queryKey: ["template-readers", among],
    queryFn: () => some(among),
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
        {real.length ? (
          <p className={styles.hint}>{t(among ? "preview.ofAudience" : "preview.real")}</p>
        ) : null}
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
            {...(among && { among })}
          />
        ) : null}
      </Popover.Dropdown>
    </Popover>
  );
}
