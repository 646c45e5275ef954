/** The command palette: what one can do, where one can go, and whatever carries the typed name. */
import { useMantineColorScheme } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Spotlight } from "@mantine/spotlight";
import { type Icon, IconClock, IconLanguage, IconLogout, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router";
import { partsFor } from "~/pages/settings/parts";
import { PARTS as SHOP } from "~/pages/shop/parts";
import { useFound } from "./found";
import { LANGUAGES, type Language } from "./languages";
import { PLACES } from "./navigation";
import { newest, useNewest } from "./newest";
import { chosen, MAKING, type Offer } from "./offers";
import { SCHEMES, type Scheme } from "./schemes";
import { logOut, may, useMember } from "./session";
import { loadWords, speak } from "./words";

const ASKED_MS = 250;
const ASKED_FROM = 2; // letters

export function Palette() {
  const { t } = useTranslation();
  const [typed, type] = useState("");
  const [opened, setOpened] = useState(false);
  const [asked] = useDebouncedValue(typed.trim(), ASKED_MS);
  const { found, asking } = useFound(opened && asked.length >= ASKED_FROM ? asked : "");
  const offers = useOffers(opened);
  const go = useNavigate();
  const all: Offer[] = [
    ...offers,
    ...found.map(
      ({ kind, to, label, icon }): Offer => ({
        id: to,
        group: "found",
        label,
        about: t(`palette.kind.${kind}`),
        icon,
        act: () => go(to),
      }),
    ),
  ];
  const groups = opened ? chosen(all, typed) : [];
  return (
    <Spotlight.Root
      query={typed}
      onQueryChange={type}
      onSpotlightOpen={() => setOpened(true)}
      onSpotlightClose={() => setOpened(false)}
      shortcut={["mod + K"]}
      scrollable
      maxHeight={420}
      centered={false}
      attributes={{ content: { "aria-label": t("find") } }}
    >
      <Spotlight.Search
        leftSection={<IconSearch size={18} />}
        placeholder={t("findWhat")}
        aria-label={t("find")}
      />
      {groups.length > 0 ? (
        <Spotlight.ActionsList>
          {groups.map(([group, members]) => (
            <Spotlight.ActionsGroup key={group} label={t(`palette.group.${group}`)}>
              {members.map((one) => (
                <Spotlight.Action
                  key={one.id}
                  label={one.label}
                  description={one.about}
                  leftSection={<one.icon size={18} stroke={1.6} />}
                  highlightQuery
                  onClick={one.act}
                />
              ))}
            </Spotlight.ActionsGroup>
          ))}
        </Spotlight.ActionsList>
      ) : (
        <Spotlight.Empty>
          {t(asking || asked !== typed.trim() ? "palette.asking" : "nothingFound")}
        </Spotlight.Empty>
      )}
    </Spotlight.Root>
  );
}

/** Everything that is offered without asking the server, as far as the member may. */
function useOffers(opened: boolean): Offer[] {
  const { t } = useTranslation();
  const go = useNavigate();
  const { pathname } = useLocation();
  const member = useMember();
  useNewest(member.id);
  const parts = useParts(opened);
  const settings = useSettings();
  if (!opened) {
    return [];
  }
  const at = (to: string) => ({ id: to, act: () => void go(to) });
  const places = PLACES.filter(({ area }) => !area || may(member, area)).map(
    ({ to, name, icon }): Offer => ({ ...at(to), group: "go", label: t(`nav.${name}`), icon }),
  );
  const known = [...places, ...parts.map((one): Offer => ({ ...one, ...at(one.id) }))];
  const been = newest(member.id)
    .filter(({ to }) => to !== pathname)
    .map(({ to, title }): Offer => {
      const place = known.find((one) => one.id === to);
      return { ...at(to), group: "newest", label: place?.label ?? title, icon: IconClock };
    });
  const making = MAKING.filter(({ area }) => may(member, area, 2)).map(
    ({ name, to, ...rest }): Offer => ({
      ...at(to),
      ...rest,
      id: `make ${to}`,
      group: "act",
      label: t(`palette.make.${name}`),
    }),
  );
  return [...been, ...making, ...known, ...settings];
}

type Part = Omit<Offer, "act">;

/** The parts of the settings and the shop, in the words of their pages. */
function useParts(opened: boolean): Part[] {
  const { t, i18n } = useTranslation();
  const member = useMember();
  const words = useQuery({
    queryKey: ["words", "parts", i18n.language],
    queryFn: async () => {
      await loadWords(["settings", "shop"]);
      return true;
    },
    staleTime: Number.POSITIVE_INFINITY,
    enabled: opened,
  });
  if (!words.data) {
    return [];
  }
  const part = (of: "settings" | "shop", name: string, icon: Icon): Part => ({
    id: `/${of}/${name}`,
    group: "go",
    label: t(`${of}:part.${name}`),
    about: t(`nav.${of}`),
    icon,
    hidden: true,
  });
  const shop = PLACES.find(({ name }) => name === "shop");
  return [
    ...partsFor(member).map((one) => part("settings", one.name, one.icon)),
    ...(shop?.area && may(member, shop.area)
      ? SHOP.map((name) => part("shop", name, shop.icon))
      : []),
  ];
}

/** Language, colours and logging out, for whoever types their names. */
function useSettings(): Offer[] {
  const { t, i18n } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const own = { group: "set", hidden: true } as const;
  return [
    ...(Object.keys(LANGUAGES) as Language[])
      .filter((language) => language !== i18n.language)
      .map((language) => ({
        ...own,
        id: `language ${language}`,
        label: LANGUAGES[language],
        about: t("language"),
        icon: IconLanguage,
        act: () => void speak(language),
      })),
    ...(Object.keys(SCHEMES) as Scheme[])
      .filter((scheme) => scheme !== colorScheme)
      .map((scheme) => ({
        ...own,
        id: `colours ${scheme}`,
        label: t(`scheme.${scheme}`),
        about: t("colours"),
        icon: SCHEMES[scheme],
        act: () => setColorScheme(scheme),
      })),
    { ...own, id: "log out", label: t("logOut"), icon: IconLogout, act: () => void logOut() },
  ];
}
