import { LATENCY_BOUNDS_MS, STATS_BUCKET_SECONDS } from '#server/serving/contract.ts'
import { latencyBucket, type StatsRow } from '#server/serving/service.ts'

const BUCKETS = LATENCY_BOUNDS_MS.length + 1
const STEP_MS = STATS_BUCKET_SECONDS * 1000
/** Buckets kept per endpoint while the database is away. */
const MAX_BUCKETS = 60

/** Target of a request. */
export interface CountedTarget {
  versionId: string
  role: string
}

/** Odd cells: rows by column and code. */
type Repairs = Map<string, Record<string, number>>

/** What was refused or unlike training in one request. */
export interface OddCells {
  refused?: boolean
  /** A refused request that the lenient policy would have answered. */
  answerable?: boolean
  failedRows?: number
  counts?: readonly { column: string; code: string; rows: number }[]
}

/** Columns counted per bucket: callers can name any number of extra ones. */
const MAX_COLUMNS = 200

interface Bucket {
  at: number
  target: CountedTarget
  requests: number
  rows: number
  errors: number
  latency: number[]
  refused: number
  answerable: number
  failedRows: number
  repairs: Repairs | null
  dirty: boolean
}

/** Counts of one endpoint in this process: buckets per target for the live charts, totals for `/metrics`. */
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

  count(target: CountedTarget, nowMs: number, tookMs: number, rows: number, failed: boolean): void {
    const bucket = this.#bucketOf(target, nowMs - (nowMs % STEP_MS))
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

  /** Counts refusals and odd cells, in addition to `count`. */
  countOdd(target: CountedTarget, nowMs: number, odd: OddCells): void {
    const bucket = this.#bucketOf(target, nowMs - (nowMs % STEP_MS))
    bucket.dirty = true
    if (odd.refused) bucket.refused++
    if (odd.answerable) bucket.answerable++
    bucket.failedRows += odd.failedRows ?? 0
    for (const { column, code, rows } of odd.counts ?? []) {
      bucket.repairs ??= new Map()
      const codes = bucket.repairs.get(column) ?? {}
      if (bucket.repairs.size >= MAX_COLUMNS && !bucket.repairs.has(column)) continue
      codes[code] = (codes[code] ?? 0) + rows
      bucket.repairs.set(column, codes)
    }
  }

  #bucketOf(target: CountedTarget, at: number): Bucket {
    for (let i = this.#buckets.length - 1; i >= 0 && this.#buckets[i]!.at === at; i--) {
      const known = this.#buckets[i]!
      if (known.target.versionId === target.versionId && known.target.role === target.role) return known
    }
    const latency = new Array<number>(BUCKETS).fill(0)
    const zero = { requests: 0, rows: 0, errors: 0, refused: 0, answerable: 0, failedRows: 0, repairs: null }
    const bucket: Bucket = { at, target, ...zero, latency, dirty: true }
    this.#buckets.push(bucket)
    if (this.#buckets.length > MAX_BUCKETS) this.#buckets.shift()
    return bucket
  }

  /** Buckets that changed since the last call. */
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
          versionId: b.target.versionId,
          targetRole: b.target.role,
          requests: b.requests,
          rows: b.rows,
          errors: b.errors,
          latency: [...b.latency],
          refused: b.refused,
          answerable: b.answerable,
          failedRows: b.failedRows,
          repairs: b.repairs && Object.fromEntries(b.repairs),
        }
      })
  }

  /** Marks rows that could not be written, so that the next call returns them again. */
  putBack(rows: StatsRow[]): void {
    for (const row of rows) {
      const bucket = this.#buckets.find(
        b => b.at === row.at.getTime() && b.target.versionId === row.versionId && b.target.role === row.targetRole,
      )
      if (bucket) bucket.dirty = true
    }
  }
}
