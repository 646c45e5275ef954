/** What speaks for a channel and what limits it, as names of words with their figures. */
import { whole } from "~/app/format";
import type { Offered } from "../reach";

type Said = [key: string, values: Record<string, string | number>];

const LONG = 4000;
const MANY_BUTTONS = 2;

export function strengthsOf({ carries, price }: Offered): Said[] {
  const found: (Said | false)[] = [
    carries.html && ["design", {}],
    !carries.html && carries.media > 0 && ["pictures", {}],
    carries.buttons >= MANY_BUTTONS && ["buttons", { n: whole(carries.buttons) }],
    carries.cards > 0 && ["cards", { n: whole(carries.cards) }],
    carries.tells.includes("read") && ["tellsRead", {}],
    carries.tells.includes("replied") && ["replies", {}],
    price === 0 && ["noPrice", {}],
  ];
  return found.filter((one): one is Said => !!one);
}

export function limitsOf({ carries, price }: Offered): Said[] {
  const found: (Said | false)[] = [
    carries.text > 0 && carries.text <= LONG && ["short", { n: whole(carries.text) }],
    !carries.html && carries.media === 0 && ["wordsAlone", {}],
    carries.window_h > 0 && ["window", { n: carries.window_h }],
    carries.approved && ["approved", {}],
    !carries.tells.includes("delivered") && ["notDelivered", {}],
    price > 0 && ["price", {}],
  ];
  return found.filter((one): one is Said => !!one);
}
