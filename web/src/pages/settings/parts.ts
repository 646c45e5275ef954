/** The parts of the settings, in the order in which the index and the list at the side show them. */
import {
  type Icon,
  IconAddressBook,
  IconBuildingStore,
  IconClipboardList,
  IconCode,
  IconFileExport,
  IconFileImport,
  IconKey,
  IconLock,
  IconMessages,
  IconPlugConnected,
  IconQrcode,
  IconShieldLock,
  IconTarget,
  IconUsers,
  IconZoomExclamation,
} from "@tabler/icons-react";
import { type Member, may } from "~/app/session";

export interface Part {
  /** Below /settings/, and its name in the words of the settings: `part.<name>`. */
  name: string;
  icon: Icon;
  /** Whoever may read (1) or change (2) this sees it; everybody where there is none. */
  area?: string;
  level?: 1 | 2;
}

export const PARTS: readonly Part[] = [
  { name: "shop", icon: IconBuildingStore, area: "settings" },
  { name: "channels", icon: IconMessages, area: "settings" },
  { name: "site", icon: IconCode, area: "settings" },
  { name: "topics", icon: IconAddressBook, area: "content" },
  { name: "goals", icon: IconTarget, area: "content" },
  { name: "links", icon: IconQrcode, area: "settings" },
  { name: "imports", icon: IconFileImport, area: "data" },
  { name: "exports", icon: IconFileExport, area: "data", level: 2 },
  { name: "refused", icon: IconZoomExclamation, area: "data" },
  { name: "webhooks", icon: IconPlugConnected, area: "settings" },
  { name: "keys", icon: IconKey, area: "settings" },
  { name: "team", icon: IconUsers, area: "team" },
  { name: "me", icon: IconLock },
  { name: "audit", icon: IconClipboardList, area: "settings" },
  { name: "privacy", icon: IconShieldLock, area: "privacy" },
];

/** Those that a member sees. */
export const partsFor = (member: Member): Part[] =>
  PARTS.filter(({ area, level }) => !area || may(member, area, level));
