import { AsyncLocalStorage } from 'node:async_hooks'
import { type Logger, pino } from 'pino'

export type { Logger }

/** Ids that every log line of a request or job carries. */
export interface LogContext {
  requestId?: string
  jobId?: string
  attempt?: number
}

const storage = new AsyncLocalStorage<LogContext>()

export const withLogContext = <T>(context: LogContext, work: () => T): T =>
  storage.run({ ...storage.getStore(), ...context }, work)
export const currentRequestId = (): string | undefined => storage.getStore()?.requestId

/** Creates a logger that writes one JSON line per entry to standard output. Secrets are removed by key. */
export const createLogger = (process: string, level = globalThis.process.env.LOG_LEVEL ?? 'info'): Logger =>
  pino({
    level,
    base: { process },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: label => ({ level: label }) },
    mixin: () => ({ ...storage.getStore() }),
    redact: {
      paths: [
        'password',
        'token',
        'secret',
        'authorization',
        'cookie',
        '*.password',
        '*.token',
        '*.secret',
        '*.authorization',
        '*.cookie',
      ],
      censor: '[removed]',
    },
  })
