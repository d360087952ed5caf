/** Files fetched from a source, ready to be read as a table. */
export interface Fetched {
  /** Files whose rows form one table in this order; in the folder, or blobs. */
  files: { path: string; name: string }[]
  /** SHA-256 (hex) over the content in canonical order: the same rows give the same digest, and no new version. */
  digest: string
  /** Kept with the version: `{v: 1, kind, …}`; never a secret. */
  origin: { v: 1; kind: string } & Record<string, unknown>
  /** Description for log and page: "SELECT … from shop on db.example.org". */
  words: string
}
