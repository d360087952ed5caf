import { LATENCY_BOUNDS_MS, STATS_BUCKET_SECONDS } from '#server/serving/contract.ts'
import { latencyBucket, type StatsRow } from '#server/serving/index.ts'

const BUCKETS = LATENCY_BOUNDS_MS.length + 1
const STEP_MS = STATS_BUCKET_SECONDS * 1000
/** While the database is away the buckets of this long are kept. */
const KEPT = 60

interface Bucket {
  at: number
  requests: number
  rows: number
  errors: number
  latency: number[]
  dirty: boolean
}

/** Counts of one endpoint in this process: buckets for the live charts, totals for `/metrics`. */
export class EndpointStats {
  readonly projectId: string
  readonly endpointId: string
  requests = 0
  rows = 0
  errors = 0
  sumMs = 0
  readonly latency: number[] = new Array<number>(BUCKETS).fill(0)
  #buckets: Bucket[] = []

  constructor(projectId: string, endpointId: string) {
    this.projectId = projectId
    this.endpointId = endpointId
  }

  count(nowMs: number, tookMs: number, rows: number, failed: boolean): void {
    const at = nowMs - (nowMs % STEP_MS)
    let bucket = this.#buckets.at(-1)
    if (bucket?.at !== at) {
      bucket = { at, requests: 0, rows: 0, errors: 0, latency: new Array<number>(BUCKETS).fill(0), dirty: true }
      this.#buckets.push(bucket)
      if (this.#buckets.length > KEPT) this.#buckets.shift()
    }
    const index = latencyBucket(tookMs)
    bucket.dirty = true
    bucket.requests++
    bucket.latency[index]!++
    this.requests++
    this.sumMs += tookMs
    this.latency[index]!++
    if (failed) {
      bucket.errors++
      this.errors++
    } else {
      bucket.rows += rows
      this.rows += rows
    }
  }

  /** Buckets that changed since they were last taken. */
  takeDirty(processId: string): StatsRow[] {
    return this.#buckets
      .filter(b => b.dirty)
      .map(b => {
        b.dirty = false
        return {
          projectId: this.projectId,
          endpointId: this.endpointId,
          processId,
          at: new Date(b.at),
          requests: b.requests,
          rows: b.rows,
          errors: b.errors,
          latency: [...b.latency],
        }
      })
  }

  /** They were not written: they are taken again next time. */
  putBack(rows: StatsRow[]): void {
    for (const row of rows) {
      const bucket = this.#buckets.find(b => b.at === row.at.getTime())
      if (bucket) bucket.dirty = true
    }
  }
}
