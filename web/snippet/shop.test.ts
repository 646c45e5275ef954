import { expect, test } from "vitest";
import { EVENTS, named } from "./shop.ts";

test("each event has a function of its name", () => {
  expect(EVENTS.map(named)).toEqual([
    "productsSearched",
    "productListViewed",
    "productClicked",
    "productViewed",
    "productAdded",
    "productAddedToWishlist",
    "productRemoved",
    "cartViewed",
    "checkoutStarted",
    "orderCompleted",
  ]);
});
