/** Segment's calls as data: their free forms are sorted here, nothing is sent or kept. */

export type Fields = Record<string, unknown>;

/** What may come after the properties or traits of a call. */
export interface Options {
  context?: Fields;
  timestamp?: string | Date;
  anonymousId?: string;
  userId?: string;
  messageId?: string;
  integrations?: Fields;
}

export type Verb = "identify" | "track" | "page" | "group" | "alias";

/** One call as Segment's HTTP API takes it. */
export interface Call extends Fields {
  type: Verb;
  messageId: string;
  timestamp: string | Date;
  anonymousId: string;
  userId?: string;
}

export interface Sorted {
  texts: (string | undefined)[];
  fields: Fields;
  options: Options;
  done: ((call: Call) => void) | undefined;
}

/**
 * The texts that a call begins with (at most `most`), its properties or traits, its options and its
 * callback. Each may be absent, and null stands for what is. What Segment's own stub adds is left out.
 */
export const sorted = (given: unknown[], most: number): Sorted => {
  const rest = given.filter(
    (one) => typeof one !== "function" && (one as Fields | null)?.__t !== "bpc",
  );
  let n = 0;
  while (n < most && n < rest.length && !(rest[n] && typeof rest[n] === "object")) n++;
  return {
    texts: rest.slice(0, n).map((one) => (one == null ? undefined : `${one}`)),
    fields: (rest[n] as Fields) || {},
    options: (rest[n + 1] as Options) || {},
    done: given.find((one) => typeof one === "function") as Sorted["done"],
  };
};

/** 128 random bits, also on pages without TLS. */
export const newId = (): string => crypto.getRandomValues(new Uint32Array(4)).join("-");
