/** As whom, and on what, a message is looked at, kept in the address of the page. */
import { useSearchParams } from "react-router";

export interface Look {
  /** The number of a real person, or '' for an invented one. */
  person: string;
  invented: number;
  dark: boolean;
  wide: boolean;
}

export function useLook(): [Look, (some: Partial<Look>) => void] {
  const [params, setParams] = useSearchParams();
  const look: Look = {
    person: params.get("as") ?? "",
    invented: Number(params.get("who") ?? 0) % 4 || 0,
    dark: params.has("dark"),
    wide: params.has("wide"),
  };
  const set = (some: Partial<Look>) => {
    const next = { ...look, ...some };
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        const put = (name: string, value: string) =>
          value ? after.set(name, value) : after.delete(name);
        put("as", next.person);
        put("who", next.invented ? String(next.invented) : "");
        put("dark", next.dark ? "1" : "");
        put("wide", next.wide ? "1" : "");
        return after;
      },
      { replace: true, preventScrollReset: true },
    );
  };
  return [look, set];
}
