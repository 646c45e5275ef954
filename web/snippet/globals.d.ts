/** What the build puts in: the name of the part that comes later. */
declare const __LATE__: string;

interface Document {
  /** The page is made ready before anybody asked for it, and may never be seen. */
  readonly prerendering?: boolean;
}
