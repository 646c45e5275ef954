/** Where somebody was last in this tab, by the names that the pages had. */
import { useEffect } from "react";
import { useLocation } from "react-router";

export interface Been {
  to: string;
  title: string;
}

const KEPT_MAX = 6;
const OURS = " · Maracuja";

const keyOf = (member: number) => `maracuja-newest-${member}`;

/** The newest places of a member, the last first. */
export function newest(member: number): Been[] {
  try {
    const read: unknown = JSON.parse(sessionStorage.getItem(keyOf(member)) ?? "[]");
    return Array.isArray(read) ? (read as Been[]) : [];
  } catch {
    return [];
  }
}

function note(member: number, been: Been) {
  const others = newest(member).filter((one) => one.to !== been.to);
  sessionStorage.setItem(keyOf(member), JSON.stringify([been, ...others].slice(0, KEPT_MAX)));
}

/** Keep each place as somebody leaves it: by then the page has its name. */
export function useNewest(member: number) {
  const { pathname } = useLocation();
  useEffect(
    () => () => {
      const title = document.title;
      if (title.endsWith(OURS)) {
        note(member, { to: pathname, title: title.slice(0, -OURS.length) });
      }
    },
    [member, pathname],
  );
}
