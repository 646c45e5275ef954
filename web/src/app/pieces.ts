/** Pieces of long work: what goes on, what has just ended, and where one sees what came of it. */
import { useQuery } from "@tanstack/react-query";
import { api, body, type Schemas } from "~/api/client";
import { useMay } from "./session";

export type Piece = Schemas["WorkShown"];

const LOOK_MS = 4_000; // while something goes on; else the line tells
const GOING: readonly string[] = ["deciding", "sending", "obeying"];

/** A campaign with a trigger is never over: it is at work while it has something to send. */
export const isGoing = ({ kind, doing, done, total }: Piece) =>
  GOING.includes(doing) && (kind !== "campaign" || done < total);

export function useWork(): readonly Piece[] | undefined {
  const may = useMay("content", 1);
  const { data } = useQuery({
    queryKey: ["work"],
    queryFn: () => body(api.GET("/api/work", { params: { query: { limit: 20 } } })),
    enabled: may,
    refetchInterval: ({ state }) => (state.data?.items.some(isGoing) ? LOOK_MS : false),
  });
  return data?.items;
}

const OVER: readonly string[] = ["done", "stopped"];
export const keyOf = ({ kind, number }: Piece) => `${kind} ${number}`;

/**
 * The pieces that are over and were not at the last look (`known`, null before the first one),
 * and what is over now. What was over before somebody came is no news.
 */
export function ended(known: ReadonlySet<string> | null, pieces: readonly Piece[]) {
  const over = pieces.filter(({ doing }) => OVER.includes(doing));
  const news = known ? over.filter((piece) => !known.has(keyOf(piece))) : [];
  return { news, known: new Set([...(known ?? []), ...over.map(keyOf)]) };
}

/** Where one sees what comes of it; "" where nowhere in particular. */
export function placeOf({ kind, subject, result }: Piece): string {
  switch (kind) {
    case "campaign":
      return `/campaigns/${encodeURIComponent(subject)}`;
    case "demo":
      return "/";
    case "export":
      return "/settings/exports";
    case "import":
      return `/settings/imports/${(result as { import: string }).import}`;
    default:
      return "";
  }
}

/** Whether somebody wants to hear that it is over: of files those who asked for them. */
export const isNews = ({ kind, actor }: Piece, email: string) =>
  kind === "demo" || ((kind === "import" || kind === "export") && actor === `team:${email}`);
