/** Whose calls these are: Segment's ids of a visitor, and the proof that the shop's server signed. */

import { newId } from "./calls.ts";
import { read, write } from "./store.ts";

/** Segment's own names, so that visitors of shops that come from there stay who they are. */
const USER = "ajs_user_id";
const ANONYMOUS = "ajs_anonymous_id";
const GROUP = "ajs_group_id";
const PROOF = "mrc_proof";

export const user = () => read<string>(USER);
export const proof = () => read<string>(PROOF);

/** The id of a browser that nobody has named; made when it is first asked for. */
export const anonymous = (): string => {
  const id = read<string>(ANONYMOUS) || newId();
  write(ANONYMOUS, id);
  return id;
};

export const setAnonymous = (id?: string) => write(ANONYMOUS, id);

/** The group's id, the one before where none is given. */
export const group = (id = read<string>(GROUP)) => {
  write(GROUP, id);
  return id;
};

/** A customer is named. Another than the one before shares nothing with them, not even the id. */
export const login = (id: string | undefined, signed: unknown) => {
  if (id && user() && user() !== id) forget();
  if (id) write(USER, id);
  if (signed) write(PROOF, signed);
};

/** The customer has logged out: whoever comes now is a stranger. */
export const forget = () => {
  for (const name of [USER, ANONYMOUS, GROUP, PROOF]) write(name);
};
