/** What an address asks a page for: `?new` opens the dialogue in which something new is made. */
import { useSearchParams } from "react-router";

/** Whether the address asks for something new, and how to ask and to leave it. */
export function useAsked() {
  const [params, setParams] = useSearchParams();
  const asked = params.has("new");
  const set = (ask: boolean) =>
    ask !== asked &&
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        ask ? after.set("new", "") : after.delete("new");
        return after;
      },
      { replace: true, preventScrollReset: true },
    );
  return [asked, { open: () => set(true), close: () => set(false) }] as const;
}
