/** What was brought from where the rows are, ready to be read as a table. */
export interface Fetched {
  /** Files of one table below each other, in this order; in the folder the fetcher was given, or blobs. */
  files: { path: string; name: string }[]
  /** SHA-256 (hex) over the content in canonical order: the same rows give the same digest, and no new version. */
  digest: string
  /** Kept with the version: `{v: 1, kind, …}`; never a secret. */
  origin: { v: 1; kind: string } & Record<string, unknown>
  /** In words, for log and page: "SELECT … from shop on db.example.org". */
  words: string
}
