/** What floats over the pages: notices, the command palette (places by typing), a line that is down. */
import { Notifications } from "@mantine/notifications";
import { Spotlight, type SpotlightActionData, spotlight } from "@mantine/spotlight";
import { IconSearch } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { LineDown } from "./LineDown";
import { News } from "./News";
import { PLACES } from "./navigation";
import { may, useMember } from "./session";
import "./floating.css";

export const openPalette = spotlight.open;

export default function Floating() {
  return (
    <>
      <Notifications position="bottom-right" limit={4} autoClose={5000} />
      <News />
      <Palette />
      <LineDown />
    </>
  );
}

function Palette() {
  const { t } = useTranslation();
  const go = useNavigate();
  const member = useMember();
  const actions: SpotlightActionData[] = PLACES.filter(
    ({ area }) => !area || may(member, area),
  ).map(({ to, name, icon: Icon }) => ({
    id: to,
    label: t(`nav.${name}`),
    leftSection: <Icon size={18} stroke={1.6} />,
    onClick: () => go(to),
  }));
  return (
    <Spotlight
      actions={actions}
      shortcut={["mod + K"]}
      highlightQuery
      scrollable
      maxHeight={420}
      nothingFound={t("nothingFound")}
      searchProps={{
        leftSection: <IconSearch size={18} />,
        placeholder: t("findWhat"),
        "aria-label": t("find"),
      }}
    />
  );
}
