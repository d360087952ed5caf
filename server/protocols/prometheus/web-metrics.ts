import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Kernel } from '#server/platform/kernel.ts'
import { type LaneStatus, type ProcessStatus, readLanes, readProcesses } from '#server/platform/status.ts'

/** One scrape reads the database once for all metrics. */
const SNAPSHOT_MS = 1000
const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

interface Snapshot {
  lanes: LaneStatus[]
  processes: ProcessStatus[]
}

export interface WebMetrics {
  registry: Registry
  observeRequest(request: { method: string; route: string; status: number; seconds: number }): void
}

/** Returns a function that reads queue and processes, or undefined while the database cannot be reached. */
function snapshotReader(kernel: Kernel): () => Promise<Snapshot | undefined> {
  let reading: Promise<Snapshot | undefined> | undefined
  let readAt = 0
  return () => {
    const now = performance.now()
    if (!reading || now - readAt > SNAPSHOT_MS) {
      readAt = now
      reading = Promise.all([readLanes(kernel), readProcesses(kernel)]).then(
        ([lanes, processes]) => ({ lanes, processes }),
        () => undefined,
      )
    }
    return reading
  }
}

function addQueueMetrics(registry: Registry, kernel: Kernel): void {
  const read = snapshotReader(kernel)
  const registers = [registry]
  new Gauge({
    name: 'fleximl_database_up',
    help: 'Whether the database responded.',
    registers,
    async collect() {
      this.set((await read()) === undefined ? 0 : 1)
    },
  })
  new Gauge({
    name: 'fleximl_jobs',
    help: 'Jobs by lane and state.',
    labelNames: ['lane', 'state'],
    registers,
    async collect() {
      const known = await read()
      this.reset()
      for (const { lane, queued, running } of known?.lanes ?? []) {
        this.set({ lane, state: 'queued' }, queued)
        this.set({ lane, state: 'running' }, running)
      }
    },
  })
  new Gauge({
    name: 'fleximl_job_oldest_wait_seconds',
    help: 'How long the oldest runnable job has waited.',
    labelNames: ['lane'],
    registers,
    async collect() {
      const known = await read()
      this.reset()
      for (const { lane, oldestWaitSeconds } of known?.lanes ?? []) this.set({ lane }, oldestWaitSeconds)
    },
  })
  new Gauge({
    name: 'fleximl_processes',
    help: 'Processes that reported in the last 15 s.',
    labelNames: ['kind'],
    registers,
    async collect() {
      const known = await read()
      this.reset()
      for (const { kind } of known?.processes ?? []) this.inc({ kind })
    },
  })
}

/** Creates the metrics of a web process: Node.js, HTTP requests, queue. Metrics from the database are absent while it cannot be reached. */
export function createWebMetrics(kernel: Kernel, live: { open: number }): WebMetrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const requests = new Counter({
    name: 'fleximl_web_requests_total',
    help: 'Responses of this process by status class.',
    labelNames: ['status'],
    registers,
  })
  const seconds = new Counter({
    name: 'fleximl_web_request_seconds_total',
    help: 'Seconds spent on responses.',
    registers,
  })
  const durations = new Histogram({
    name: 'fleximl_web_request_duration_seconds',
    help: 'Duration of requests by method, route pattern and status class.',
    labelNames: ['method', 'route', 'status'],
    buckets: DURATION_BUCKETS,
    registers,
  })
  new Gauge({
    name: 'fleximl_web_live_streams',
    help: 'Open live streams of browsers.',
    registers,
    collect() {
      this.set(live.open)
    },
  })
  new Gauge({
    name: 'fleximl_web_resident_bytes',
    help: 'Resident memory of this process.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss())
    },
  })
  addQueueMetrics(registry, kernel)
  return {
    registry,
    observeRequest({ method, route, status, seconds: took }) {
      const group = `${Math.floor(status / 100)}xx`
      requests.inc({ status: group })
      seconds.inc(took)
      durations.observe({ method, route, status: group }, took)
    },
  }
}
