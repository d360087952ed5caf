/** `1` for a page that is prefetched, `0` for one that is opened. The web process sets it and overwrites the value of the client. */
export const PREFETCH_HEADER = 'x-fleximl-prefetch'
