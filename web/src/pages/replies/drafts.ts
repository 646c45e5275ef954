/** What was begun to be written in each conversation, kept in the browser until it is sent. */
import { useKept } from "~/app/kept";
import type { Media } from "./sending";

export interface Draft {
  text: string;
  media: Media[];
}

export const NOTHING: Draft = { text: "", media: [] };

export function useDraft(talk: string) {
  const [draft, keep] = useKept<Draft>(`replies-${talk}`);
  const set = (next: Draft) => keep(next.text || next.media.length > 0 ? next : null);
  return [draft ?? NOTHING, set] as const;
}
