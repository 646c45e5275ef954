/** Who is logged in, and what they may do. */
import { useQuery } from "@tanstack/react-query";
import {
  api,
  body,
  Problem,
  type Schemas,
  setToken,
  whenFactorDue,
  whenLoggedOut,
} from "~/api/client";
import { queries } from "./queries";

/** Who is logged in, with what every page says of the shop. */
export type Member = Schemas["MemberShown"] &
  Pick<Schemas["LoggedIn"], "shop" | "factor_due" | "letters">;
export type Area = keyof Member["rights"] & string;

export const SESSION = ["session"] as const;

export const sessionQuery = {
  queryKey: SESSION,
  staleTime: 5 * 60_000,
  queryFn: async (): Promise<Member | null> => {
    try {
      const found = await body(api.GET("/api/session"));
      return known(found);
    } catch (fault) {
      if (fault instanceof Problem && fault.status === 401) {
        return null;
      }
      throw fault;
    }
  },
};

function known(found: Schemas["LoggedIn"]): Member {
  setToken(found.csrf);
  const { member, shop, factor_due, letters } = found;
  return { ...member, shop, factor_due, letters };
}

whenLoggedOut(() => {
  queries.setQueryData(SESSION, null);
});

whenFactorDue(() => queries.invalidateQueries({ queryKey: SESSION }));

/** Log in; throws a Problem, at `code` where a code of the app is asked for. */
export async function logIn(email: string, password: string, code: string): Promise<void> {
  const found = await body(api.POST("/api/session", { body: { email, password, code } }));
  queries.clear();
  queries.setQueryData(SESSION, known(found));
}

/** Log in by a token that is good once, on the server's own machine. */
export async function enter(token: string): Promise<void> {
  const found = await body(api.POST("/api/session/enter", { body: { token } }));
  queries.clear();
  queries.setQueryData(SESSION, known(found));
}

export async function logOut(): Promise<void> {
  await api.DELETE("/api/session", { params: { query: {} } });
  queries.clear();
  queries.setQueryData(SESSION, null);
}

/** Who is logged in; the frame shows no page before that is known. */
export function useMember(): Member {
  const { data } = useQuery(sessionQuery);
  if (!data) {
    throw new Error("Nobody is logged in.");
  }
  return data;
}

/** Whether a member may read (1) or change (2) what belongs to an area. */
export function may(member: Member, area: string, level: 1 | 2 = 1): boolean {
  return (member.rights[area] ?? 0) >= level;
}

export function useMay(area: string, level: 1 | 2 = 2): boolean {
  return may(useMember(), area, level);
}
