/** Which conversations are listed, as the address holds it: every state is a link. */
import { FILTER, type Filter, type State } from "./talks";

const STATES: readonly string[] = ["open", "waiting", "closed"];

export function readFilter(params: URLSearchParams): Filter {
  const state = params.get("state") ?? FILTER.state;
  return {
    state: STATES.includes(state) ? (state as State) : "",
    channel: params.get("channel") ?? "",
    mine: params.has("mine"),
  };
}

export function writeFilter({ state, channel, mine }: Filter): URLSearchParams {
  const params = new URLSearchParams();
  if (state !== FILTER.state) {
    params.set("state", state || "all");
  }
  if (channel) {
    params.set("channel", channel);
  }
  if (mine) {
    params.set("mine", "");
  }
  return params;
}
