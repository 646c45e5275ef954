/** What the app has, in the order in which the navigation and the command palette show it. */
import {
  type Icon,
  IconBuildingStore,
  IconChartBar,
  IconHome,
  IconMessage2,
  IconSettings,
  IconSpeakerphone,
  IconTemplate,
  IconUsers,
  IconUsersGroup,
} from "@tabler/icons-react";

export interface Place {
  /** Its address, and its name in the words of the frame: `nav.<name>`. */
  to: string;
  name: string;
  icon: Icon;
  /** The area whose readers see it; everybody where there is none. */
  area?: string;
}

/** Capabilities that come later (journeys, bots, the full inbox) get a line here with their page. */
export const PLACES: readonly Place[] = [
  { to: "/", name: "overview", icon: IconHome },
  { to: "/people", name: "people", icon: IconUsers, area: "people" },
  { to: "/segments", name: "segments", icon: IconUsersGroup, area: "content" },
  { to: "/templates", name: "templates", icon: IconTemplate, area: "content" },
  { to: "/campaigns", name: "campaigns", icon: IconSpeakerphone, area: "content" },
  { to: "/replies", name: "replies", icon: IconMessage2, area: "conversations" },
  { to: "/reports", name: "reports", icon: IconChartBar, area: "reports" },
  { to: "/shop", name: "shop", icon: IconBuildingStore, area: "shop" },
  { to: "/settings", name: "settings", icon: IconSettings },
];
