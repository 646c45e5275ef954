/** Segment's verbs: each makes its call, tells who listens, and hands the call on. */

import { type Call, type Fields, newId, type Options, sorted, type Verb } from "./calls.ts";
import { context, page } from "./context.ts";
import { anonymous, group, login, proof, user } from "./visitor.ts";

export type Calling = (...given: unknown[]) => Promise<Call>;
export type Heard = (...told: unknown[]) => void;

/** The verbs of a page; `add` takes each call, `viewed` hears first which event is tracked. */
export const verbs = (
  add: (call: Call) => void,
  viewed: (event: string, properties: Fields) => void,
) => {
  const heard: Record<string, Heard[]> = {};
  let referrer = document.referrer;

  const emit = (name: string, ...told: unknown[]) => {
    for (const one of heard[name] || []) one(...told);
  };

  /** `told` are what listeners are given, `fields` what the call itself says. */
  const send = (
    type: Verb,
    { options, done }: { options: Options; done?: ((call: Call) => void) | undefined },
    told: unknown[],
    fields: Fields,
  ) => {
    const { context: more, integrations: _, ...rest } = options;
    const call = {
      type,
      messageId: newId(),
      timestamp: new Date().toISOString(),
      anonymousId: anonymous(),
      userId: user(),
      ...fields,
      ...rest,
      context: { ...context(referrer), signature: proof(), ...more },
    } as Call;
    add(call);
    emit(type, ...told, options);
    done?.(call);
    return Promise.resolve(call);
  };

  const calls: Record<Verb, Calling> = {
    track(...given) {
      const call = sorted(given, 1);
      const [event] = call.texts;
      const properties = call.fields;
      viewed(event || "", properties);
      return send("track", call, [event, properties], { event, properties });
    },
    page(...given) {
      const call = sorted(given, 2);
      const [first, second] = call.texts;
      const [category, name] = second ? [first, second] : [undefined, first];
      const properties = { ...page(referrer), name, category, ...call.fields };
      return send("page", call, [category, name, properties], { name, category, properties });
    },
    identify(...given) {
      const call = sorted(given, 1);
      const traits = call.fields;
      login(call.texts[0], call.options.context?.signature);
      return send("identify", call, [user(), traits], { traits });
    },
    group(...given) {
      const call = sorted(given, 1);
      const traits = call.fields;
      const groupId = group(call.texts[0]);
      return send("group", call, [groupId, traits], { groupId, traits });
    },
    alias(...given) {
      const { texts, fields: options, done } = sorted(given, 2); // it has no properties
      const [to, from] = texts;
      const previousId = from || user() || anonymous();
      return send("alias", { options, done }, texts, { userId: to, previousId });
    },
  };

  return {
    calls,
    emit,
    on(name: string, one: Heard) {
      heard[name] = [...(heard[name] || []), one];
    },
    /** The page that led to this one, where pages change without loading. */
    came(from: string) {
      referrer = from;
    },
  };
};
