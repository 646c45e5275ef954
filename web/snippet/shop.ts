/** Segment's e-commerce events as functions with types: `analytics.productViewed({...})`. */

import type { Call, Fields, Options } from "./calls.ts";

/** A product as Segment describes it; `price` is that of one, in `currency` (ISO 4217). */
export interface Product extends Fields {
  product_id: string;
  sku?: string;
  category?: string;
  name?: string;
  brand?: string;
  variant?: string;
  price?: number;
  currency?: string;
  quantity?: number;
  coupon?: string;
  position?: number;
  url?: string;
  image_url?: string;
}

export interface Cart extends Fields {
  cart_id?: string;
  products: Product[];
}

/** `revenue` is what the products cost, without shipping and tax; `total` with them. */
export interface Checkout extends Fields {
  order_id?: string;
  revenue?: number;
  total?: number;
  shipping?: number;
  tax?: number;
  discount?: number;
  coupon?: string;
  currency?: string;
  products: Product[];
}

export interface Order extends Checkout {
  order_id: string;
}

export interface List extends Fields {
  list_id?: string;
  category?: string;
  products?: Product[];
}

/** Each event that has a function, with what it takes. */
export interface Events {
  "Products Searched": { query: string } & Fields;
  "Product List Viewed": List;
  "Product Clicked": Product;
  "Product Viewed": Product;
  "Product Added": Product;
  "Product Added to Wishlist": Product;
  "Product Removed": Product;
  "Cart Viewed": Cart;
  "Checkout Started": Checkout;
  "Order Completed": Order;
}

type Joined<S extends string> = S extends `${infer A} ${infer B}`
  ? `${A}${Capitalize<Joined<B>>}`
  : S;

export type Shop = {
  [E in keyof Events as Uncapitalize<Joined<E>>]: (
    properties: Events[E],
    options?: Options,
  ) => Promise<Call>;
};

export const EVENTS = [
  "Products Searched",
  "Product List Viewed",
  "Product Clicked",
  "Product Viewed",
  "Product Added",
  "Product Added to Wishlist",
  "Product Removed",
  "Cart Viewed",
  "Checkout Started",
  "Order Completed",
] as const satisfies (keyof Events)[];

/** The name of an event's function: `productAddedToWishlist`. */
export const named = (event: string): string =>
  event.replace(/(^\w)| (\w)/g, (_, first, next) => first?.toLowerCase() || next.toUpperCase());
