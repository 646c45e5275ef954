/** What was begun to be written in each conversation, kept in the browser until it is sent. */
import { useLocalStorage } from "@mantine/hooks";
import type { Media } from "./sending";

export interface Draft {
  text: string;
  media: Media[];
}

export const NOTHING: Draft = { text: "", media: [] };

export function useDraft(talk: string) {
  const [draft, keep, forget] = useLocalStorage<Draft>({
    key: `maracuja-draft-replies-${talk}`,
    defaultValue: NOTHING,
    getInitialValueInEffect: false,
  });
  const set = (next: Draft) => (next.text || next.media.length > 0 ? keep(next) : forget());
  return [draft, set] as const;
}
