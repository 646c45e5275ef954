/** What the browser keeps between pages: nothing at all until it may. */

const memory: Record<string, string> = {};
let allowed = false;

/** A value that was kept; undefined where there is none. Values are JSON, as Segment keeps them. */
export const read = <T>(name: string): T | undefined => {
  try {
    return JSON.parse((allowed && localStorage.getItem(name)) || (memory[name] as string));
  } catch {
    return undefined;
  }
};

/** Keep a value, as long as the page is open where more is not allowed; undefined forgets it. */
export const write = (name: string, value?: unknown): void => {
  delete memory[name];
  if (value !== undefined) memory[name] = JSON.stringify(value);
  if (allowed) put(name);
};

const put = (name: string) => {
  try {
    if (name in memory) localStorage.setItem(name, memory[name] as string);
    else localStorage.removeItem(name);
  } catch {
    allowed = false; // full, or shut: then it lasts as long as the page
  }
};

/** From now on values outlive the page; or no longer, and all that was kept is forgotten. */
export const allow = (yes: boolean): void => {
  allowed = true;
  try {
    for (const name of Object.keys(yes ? memory : { ...memory, ...localStorage })) {
      if (yes) put(name);
      else if (/^(ajs|mrc)_/.test(name)) write(name);
    }
  } catch {}
  allowed = yes;
};

/** Whether it was allowed on an earlier page; reads the one word that a "yes" left behind. */
export const wasAllowed = (name: string): boolean => {
  try {
    return !!localStorage.getItem(name);
  } catch {
    return false;
  }
};
