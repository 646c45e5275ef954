/** The parts of the shop, in the order in which its pages and the command palette show them. */
export const PARTS = ["products", "feeds", "coupons", "outlets", "bonuses", "spend"] as const;
