/** The size of a button within a row of a list. */
export const SMALL = { size: "xs", h: 28, px: 10 } as const;
