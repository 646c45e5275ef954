/** The frame around every page: navigation at the left, the page, notices and the palette. */
import {
  ActionIcon,
  Burger,
  Group,
  Menu,
  Text,
  Tooltip,
  UnstyledButton,
  useMantineColorScheme,
} from "@mantine/core";
import { useDisclosure, useLocalStorage } from "@mantine/hooks";
import {
  IconChevronsLeft,
  IconChevronsRight,
  IconLanguage,
  IconLogout,
  IconSearch,
} from "@tabler/icons-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { NavLink, Outlet, useLocation, useNavigation } from "react-router";
import { Face } from "~/kit/Face";
import { again } from "./again";
import styles from "./Frame.module.css";
import { LANGUAGES, type Language } from "./languages";
import { useLive } from "./live";
import { PLACES } from "./navigation";
import { SCHEMES, type Scheme } from "./schemes";
import { logOut, may, useMember } from "./session";
import { speak } from "./words";

const FIRST_LOOK_MS = 800;

// Not needed for the first look at a page.
const Floating = lazy(() => again(() => import("./Floating")));
const Slide = lazy(() => again(() => import("./Slide")));
const Work = lazy(() => again(() => import("./Work")));
const openPalette = async () => (await import("./Floating")).openPalette();

export function Frame() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const { state } = useNavigation();
  const [narrow, setNarrow] = useLocalStorage({ key: "maracuja-narrow", defaultValue: false });
  const [open, menu] = useDisclosure(false);

  const [idle, setIdle] = useState(false);
  useLive();

  useEffect(() => {
    const timer = setTimeout(() => setIdle(true), FIRST_LOOK_MS);
    return () => clearTimeout(timer);
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new place closes the menu
  useEffect(() => {
    menu.close();
  }, [pathname]);

  return (
    <div className={styles.frame} data-narrow={narrow || undefined}>
      <a className={styles.skip} href="#main">
        {t("skip")}
      </a>
      <header className={`${styles.top} no-print`}>
        <Burger opened={open} onClick={menu.toggle} size="sm" aria-label={t("menu")} />
        <Brand />
        <ActionIcon variant="subtle" color="gray" onClick={openPalette} aria-label={t("find")}>
          <IconSearch size={18} />
        </ActionIcon>
      </header>
      <aside className={`${styles.side} no-print`}>
        <Brand narrow={narrow} />
        <Find narrow={narrow} />
        <Places narrow={narrow} />
        <div className={styles.below}>{idle ? <LongWork narrow={narrow} /> : null}</div>
        <div className={styles.foot}>
          <Own narrow={narrow} />
          <Tooltip label={t(narrow ? "widen" : "narrow")} position="right">
            <ActionIcon
              variant="subtle"
              color="gray"
              onClick={() => setNarrow(!narrow)}
              aria-label={t(narrow ? "widen" : "narrow")}
            >
              {narrow ? <IconChevronsRight size={16} /> : <IconChevronsLeft size={16} />}
            </ActionIcon>
          </Tooltip>
        </div>
      </aside>
      {idle || open ? (
        <Suspense>
          <Slide opened={open} onClose={menu.close} title={<Brand />}>
            <Places />
            <LongWork />
            <div className={styles.foot}>
              <Own />
            </div>
          </Slide>
        </Suspense>
      ) : null}
      <main
        id="main"
        className={styles.main}
        tabIndex={-1}
        data-busy={state !== "idle" || undefined}
      >
        <Outlet />
      </main>
      {idle ? (
        <Suspense>
          <Floating />
        </Suspense>
      ) : null}
    </div>
  );
}

function LongWork({ narrow = false }: { narrow?: boolean }) {
  return (
    <Suspense>
      <Work narrow={narrow} />
    </Suspense>
  );
}

function Brand({ narrow = false }: { narrow?: boolean }) {
  return (
    <div className={styles.brand}>
      <img src="/logo.svg" width={26} height={26} alt="" />
      {narrow ? null : <span>Maracuja</span>}
    </div>
  );
}

function Find({ narrow }: { narrow: boolean }) {
  const { t } = useTranslation();
  const key = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘K" : "Ctrl K";
  return (
    <UnstyledButton className={styles.find} onClick={openPalette}>
      <IconSearch size={16} aria-hidden />
      <span className={narrow ? "visually-hidden" : undefined}>{t("find")}</span>
      {narrow ? null : <kbd>{key}</kbd>}
    </UnstyledButton>
  );
}

function Places({ narrow = false }: { narrow?: boolean }) {
  const { t } = useTranslation();
  const member = useMember();
  return (
    <nav aria-label={t("places")} className={styles.places}>
      {PLACES.filter(({ area }) => !area || may(member, area)).map(({ to, name, icon: Icon }) => (
        <Tooltip key={to} label={t(`nav.${name}`)} position="right" disabled={!narrow}>
          <NavLink to={to} end={to === "/"} className={styles.place}>
            <Icon size={18} stroke={1.6} aria-hidden />
            <span className={narrow ? "visually-hidden" : undefined}>{t(`nav.${name}`)}</span>
          </NavLink>
        </Tooltip>
      ))}
    </nav>
  );
}

/** The member's own menu: language, colours, logging out. */
function Own({ narrow = false }: { narrow?: boolean }) {
  const { t, i18n } = useTranslation();
  const member = useMember();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const name = member.name || member.email;
  return (
    <Menu position="top-start" width={230}>
      <Menu.Target>
        <UnstyledButton className={styles.own}>
          <Face name={name} />
          <span className={narrow ? "visually-hidden" : styles.name}>{name}</span>
          <span className="visually-hidden">{t("own")}</span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text size="xs" truncate>
            {member.email}
          </Text>
          {t(`role.${member.role}`)}
        </Menu.Label>
        <Menu.Divider />
        <Menu.Label>{t("colours")}</Menu.Label>
        {(Object.keys(SCHEMES) as Scheme[]).map((scheme) => {
          const Icon = SCHEMES[scheme];
          return (
            <Menu.Item
              key={scheme}
              leftSection={<Icon size={16} />}
              onClick={() => setColorScheme(scheme)}
              aria-current={colorScheme === scheme || undefined}
              className={styles.choice}
            >
              {t(`scheme.${scheme}`)}
            </Menu.Item>
          );
        })}
        <Menu.Divider />
        <Menu.Label>
          <Group gap={6}>
            <IconLanguage size={14} aria-hidden />
            {t("language")}
          </Group>
        </Menu.Label>
        {(Object.keys(LANGUAGES) as Language[]).map((language) => (
          <Menu.Item
            key={language}
            lang={language}
            onClick={() => speak(language)}
            aria-current={i18n.language === language || undefined}
            className={styles.choice}
          >
            {LANGUAGES[language]}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={logOut}>
          {t("logOut")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
