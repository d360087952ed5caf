import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { availableParallelism, totalmem } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { z } from 'zod'
import { AppError } from './errors.ts'

const port = z.coerce.number('a port number').int().min(1).max(65_535)
const onOff = z.enum(['on', 'off'])
const days = z
  .string()
  .regex(/^[1-9]\d{0,4}d$/, 'a number of days such as 90d')
  .transform(s => Number(s.slice(0, -1)))
const isNetwork = (text: string) => {
  const [address = '', bits = '', ...rest] = text.split('/')
  const family = isIP(address)
  return family > 0 && rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)
}
const cidrs = z
  .string()
  .transform(s =>
    s
      .split(',')
      .map(x => x.trim())
      .filter(Boolean),
  )
  .refine(list => list.every(isNetwork), 'networks such as 10.0.0.0/8, separated by commas')
const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/
const hostNames = z
  .string()
  .transform(s =>
    s
      .split(',')
      .map(x => x.trim().toLowerCase())
      .filter(Boolean),
  )
  .refine(
    list => list.every(name => HOST_NAME.test(name) || isIP(name.replace(/^\[|\]$/g, '')) > 0),
    'host names without port such as ml.example.org, separated by commas',
  )
const httpUrl = z
  .string()
  .refine(s => /^https?:\/\/[^/]+\/?$/.test(s), 'an address such as https://ml.example.org')
  .transform(s => s.replace(/\/$/, ''))
const postgresUrl = z.string().regex(/^postgres(ql)?:\/\//, 'a postgres:// address')

/** All variables that users may set, with their allowed values. `.env.example` lists the same (tested). */
export const VARIABLES = {
  HOST: z.string().default('127.0.0.1'),
  PORT: port.default(3000),
  INFERENCE_PORT: port.default(3001),
  FLEXIML_URL: httpUrl.optional(),
  /** More host names of web and inference: of a container, a service, a reverse proxy. */
  FLEXIML_HOSTS: hostNames.default([]),
  FLEXIML_HOME: z.string().default('.fleximl'),
  DATABASE_URL: postgresUrl.optional(),
  DATABASE_DIRECT_URL: postgresUrl.optional(),
  BLOB_URL: z
    .string()
    .regex(/^(file:\/\/\/.|s3:\/\/[A-Za-z0-9][A-Za-z0-9._-]+(\/|$))/, 'file:///folder or s3://bucket/prefix')
    .optional(),
  S3_ENDPOINT: httpUrl.optional(),
  /** Default: path for S3_ENDPOINT, virtual for Amazon's endpoint. */
  S3_ADDRESSING: z.enum(['path', 'virtual']).optional(),
  AWS_REGION: z.string().default('us-east-1'),
  AWS_ACCESS_KEY_ID: z.string().optional(),
  AWS_SECRET_ACCESS_KEY: z.string().optional(),
  AWS_SESSION_TOKEN: z.string().optional(),
  FLEXIML_BLOB_CACHE_GB: z.coerce.number('gigabytes').min(0.1).default(20),
  FLEXIML_SAMPLE: onOff.default('on'),
  FLEXIML_PRIVATE_NETWORKS: cidrs.default([]),
  FLEXIML_ADMIN_EMAIL: z.email('an e-mail address').optional(),
  FLEXIML_ADMIN_PASSWORD: z.string().min(12, 'at least 12 characters').optional(),
  NEXTAUTH_SECRET: z.string().min(32, 'at least 32 characters').optional(),
  NEXTAUTH_URL: httpUrl.optional(),
  FLEXIML_ENCRYPTION_KEY: z.string().min(32, 'at least 32 characters').optional(),
  WORKER_CONCURRENCY: z.coerce.number('a number of slots').int().min(1).max(256).optional(),
  /**
   * Maximum jobs of a lane that one project may run at once, over all workers. By default projects take turns, and a single one may use all
   * slots.
   */
  WORKER_PROJECT_CONCURRENCY: z.coerce.number('a number of jobs').int().min(1).max(1000).optional(),
  TRAINING_MEMORY_MB: z.coerce.number('megabytes').int().min(64).optional(),
  /** Memory of all loaded models of an inference server. Default: a quarter of the machine. */
  FLEXIML_MODEL_MEMORY_MB: z.coerce.number('megabytes').int().min(128).optional(),
  /** Memory limit of one model that runs in a process of its own. Default: 2048, at most half of FLEXIML_MODEL_MEMORY_MB. */
  FLEXIML_FOREIGN_MODEL_MEMORY_MB: z.coerce.number('megabytes').int().min(192).optional(),
  FLEXIML_FOREIGN_MODEL_DEADLINE_MS: z.coerce.number('milliseconds').int().min(50).max(600_000).default(10_000),
  FLEXIML_MODEL_START_MS: z.coerce.number('milliseconds').int().min(1000).max(600_000).default(20_000),
  /** Longest time of one job over tables: ingestion, profile, comparison, checks. */
  FLEXIML_DATA_MINUTES: z.coerce.number('minutes').min(0.01).max(10_000).default(60),
  /** Limit of the resident memory of an ingestion. Default: that of a training, at least 2 GB. */
  FLEXIML_INGESTION_MEMORY_MB: z.coerce.number('megabytes').int().min(256).optional(),
  /** Limit of the bytes of a project that has none of its own. Default: none. */
  FLEXIML_PROJECT_QUOTA_GB: z.coerce.number('gigabytes').min(0.001).max(1_000_000).optional(),
  FLEXIML_ALLOW_COMMANDS: onOff.default('off'),
  FLEXIML_TENSORFLOW: z.enum(['auto', 'native', 'wasm']).default('auto'),
  FLEXIML_TRUSTED_PROXIES: cidrs.default([]),
  FLEXIML_RETENTION_PREDICTIONS: days.default(90),
  FLEXIML_RETENTION_LOGS: days.default(30),
  FLEXIML_RETENTION_EVENTS: days.default(14),
  /** Largest log file of one process; the previous one is kept, too. */
  FLEXIML_LOG_MB: z.coerce.number('megabytes').min(1).max(100_000).default(20),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
} as const

const schema = z.object(VARIABLES)

export type Env = Omit<
  z.infer<typeof schema>,
  | 'FLEXIML_URL'
  | 'NEXTAUTH_URL'
  | 'WORKER_CONCURRENCY'
  | 'TRAINING_MEMORY_MB'
  | 'FLEXIML_MODEL_MEMORY_MB'
  | 'FLEXIML_FOREIGN_MODEL_MEMORY_MB'
  | 'FLEXIML_INGESTION_MEMORY_MB'
> & {
  FLEXIML_URL: string
  NEXTAUTH_URL: string
  /** Compute slots of a worker. */
  WORKER_CONCURRENCY: number
  /** Limit of the resident memory of one training child and its descendants. */
  TRAINING_MEMORY_MB: number
  FLEXIML_MODEL_MEMORY_MB: number
  FLEXIML_FOREIGN_MODEL_MEMORY_MB: number
  FLEXIML_INGESTION_MEMORY_MB: number
  /** Addresses by which processes of this machine reach the inference server and web. */
  INFERENCE_URL: string
  WEB_URL: string
}

/** Memory that processes of this machine, or of this container, may use. */
const machineBytes = () => Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY)

/** Parses all variables. Throws with every invalid one: variable, value, what is allowed. */
export function parseEnv(source: Record<string, string | undefined>): Env {
  const given = Object.fromEntries(Object.keys(VARIABLES).flatMap(k => (source[k] ? [[k, source[k]]] : [])))
  const parsed = schema.safeParse(given)
  if (!parsed.success) {
    const secret = (name: string) => /SECRET|KEY|PASSWORD|TOKEN|DATABASE/.test(name)
    const lines = parsed.error.issues.map(i => {
      const name = String(i.path[0])
      return `  ${name}=${secret(name) ? '(not shown)' : source[name]}: ${i.message}`
    })
    throw new AppError('invalid', `The environment has invalid values:\n${lines.join('\n')}`, {
      hint: '.env.example lists every variable and what is allowed.',
    })
  }
  const env = parsed.data
  if (env.PORT === env.INFERENCE_PORT)
    throw new AppError(
      'invalid',
      `PORT and INFERENCE_PORT are both ${env.PORT}: web and inference need different ports.`,
    )
  const cores = availableParallelism()
  const slots = env.WORKER_CONCURRENCY ?? Math.max(1, cores - 1)
  const trainingMb = env.TRAINING_MEMORY_MB ?? Math.max(512, Math.floor(totalmem() / 2 ** 20 / 2 / slots))
  const local =
    env.HOST === '0.0.0.0' || env.HOST === '::' ? '127.0.0.1' : env.HOST.includes(':') ? `[${env.HOST}]` : env.HOST
  const modelMemoryMb = env.FLEXIML_MODEL_MEMORY_MB ?? Math.max(256, Math.floor(machineBytes() / 2 ** 20 / 4))
  const url = env.FLEXIML_URL ?? `http://${local}:${env.PORT}`
  return {
    ...env,
    FLEXIML_HOME: isAbsolute(env.FLEXIML_HOME) ? env.FLEXIML_HOME : resolve(env.FLEXIML_HOME),
    FLEXIML_URL: url,
    NEXTAUTH_URL: env.NEXTAUTH_URL ?? url,
    WORKER_CONCURRENCY: slots,
    FLEXIML_MODEL_MEMORY_MB: modelMemoryMb,
    FLEXIML_FOREIGN_MODEL_MEMORY_MB:
      env.FLEXIML_FOREIGN_MODEL_MEMORY_MB ?? Math.max(192, Math.min(2048, Math.floor(modelMemoryMb / 2))),
    TRAINING_MEMORY_MB: trainingMb,
    FLEXIML_INGESTION_MEMORY_MB: env.FLEXIML_INGESTION_MEMORY_MB ?? Math.max(2048, trainingMb),
    INFERENCE_URL: `http://${local}:${env.INFERENCE_PORT}`,
    WEB_URL: `http://${local}:${env.PORT}`,
  }
}

export interface Secrets {
  /** Signs the session cookies. */
  nextAuthSecret: string
  /** Encrypts stored connections and signs short-lived tokens. */
  encryptionKey: string
}

/**
 * Returns the keys of this instance: from the environment, else created at first boot in a file of the home that only its owner can read.
 */
export async function loadSecrets(env: Env): Promise<Secrets> {
  const keep = async (given: string | undefined, file: string) => {
    if (given) return given
    const folder = join(env.FLEXIML_HOME, 'secrets')
    const path = join(folder, file)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeFile(path, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' }).catch(error => {
      if (error.code !== 'EEXIST') throw error
    })
    return (await readFile(path, 'utf8')).trim()
  }
  return {
    nextAuthSecret: await keep(env.NEXTAUTH_SECRET, 'nextauth-secret'),
    encryptionKey: await keep(env.FLEXIML_ENCRYPTION_KEY, 'encryption-key'),
  }
}
