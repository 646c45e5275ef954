import { IconPlus } from "@tabler/icons-react";
import { expect, it } from "vitest";
import { chosen, meant, type Offer } from "./offers";

const offer = (id: string, group: Offer["group"], label: string, some: Partial<Offer> = {}) => ({
  id,
  group,
  label,
  icon: IconPlus,
  act: () => {},
  ...some,
});

it("means what holds every word, in any order, case and accent", () => {
  expect(meant("New campaign", "CAMP new")).toBe(true);
  expect(meant("Тема й згода", "згода тема")).toBe(true);
  expect(meant("Créer", "creer")).toBe(true);
  expect(meant("New campaign", "new segment")).toBe(false);
});

it("shows what is hidden only to whoever asks for it, each place once, in the order of groups", () => {
  const offers = [
    offer("/goals", "go", "Goals", { about: "Settings", hidden: true }),
    offer("/people", "go", "People"),
    offer("/people", "newest", "People"),
    offer("/new", "act", "New goal"),
  ];
  const shown = (typed: string) =>
    chosen(offers, typed).map(([group, members]) => [group, ...members.map((one) => one.id)]);
  expect(shown("")).toEqual([
    ["newest", "/people"],
    ["act", "/new"],
  ]);
  expect(shown("goal")).toEqual([
    ["act", "/new"],
    ["go", "/goals"],
  ]);
  expect(shown("settings")).toEqual([["go", "/goals"]]);
  expect(shown("nothing")).toEqual([]);
});
