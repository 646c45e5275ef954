/** What the build puts in: the version of Maracuja, and the name of the part that comes later. */
declare const __VERSION__: string;
declare const __LATE__: string;
