import { open } from 'node:fs/promises'

const LOOK_MS = 250
const MAX_BYTES = 64 * 2 ** 20
const KEY = /^[A-Za-z][\w.@ /-]{0,99}$/

/**
 * Follows a file of JSON lines, `{"step": 3, "loss": 0.2}`, while a command writes it. Skips invalid lines and values that are no numbers,
 * because live metrics are optional. Returns a function that reads the rest and stops.
 */
export function followMetrics(
  path: string,
  report: (step: number, metrics: Record<string, number>) => void,
): () => Promise<void> {
  let read = 0
  let rest = ''
  let count = 0
  const take = (line: string) => {
    const parsed = parse(line)
    if (!parsed) return
    const { step, ...values } = parsed
    const metrics = Object.fromEntries(
      Object.entries(values).filter(([key, value]) => KEY.test(key) && Number.isFinite(value)),
    ) as Record<string, number>
    count++
    if (Object.keys(metrics).length > 0) report(Number.isSafeInteger(step) ? (step as number) : count, metrics)
  }
  const look = async () => {
    const file = await open(path, 'r').catch(() => undefined)
    if (!file) return
    try {
      const buffer = Buffer.alloc(65_536)
      while (read < MAX_BYTES) {
        const { bytesRead } = await file.read(buffer, 0, buffer.length, read)
        if (bytesRead === 0) break
        read += bytesRead
        const lines = (rest + buffer.toString('utf8', 0, bytesRead)).split('\n')
        rest = (lines.pop() ?? '').slice(0, 100_000)
        for (const line of lines) take(line)
      }
    } finally {
      await file.close()
    }
  }
  let looking: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    looking = looking.then(look).catch(() => undefined)
  }, LOOK_MS)
  return async () => {
    clearInterval(timer)
    await looking
    await look().catch(() => undefined)
    if (rest !== '') take(rest)
  }
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return value !== null && typeof value === 'object' && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
