import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, FastifySchema, FastifyTypeProvider, RawServerDefault } from 'fastify'
import { z } from 'zod'
import type { Permission } from '#server/access/contract.ts'
import type { WebParts } from '#server/web/routes.ts'
import { errorResponses } from './schemas.ts'

/** Types `request.params`, `query` and `body` by their zod schemas. Responses are checked in tests, not by the compiler. */
interface RestTypes extends FastifyTypeProvider {
  validator: this['schema'] extends z.ZodType ? z.output<this['schema']> : unknown
  serializer: unknown
}

export type RestApp = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, RestTypes>
/** The routes of one domain. */
export type RestRoutes = (app: RestApp, parts: WebParts) => void

export const may = (permission: Permission) => ({ permission })

/** The groups of the reference page, in their order. */
export const TAGS = {
  Datasets: 'Tables in versions: profile, leaks, differences, expectations, SQL, storage.',
  Uploads: 'Uploads of files.',
  Recipes: 'Saved preprocessing steps.',
  Experiments: 'Runs and their measurements.',
  Evaluations: 'Evaluations of models on other data.',
  Models: 'Registered models and their versions.',
  Endpoints: 'Promotion, rollback and history.',
  Monitoring: 'Drift and measured error of endpoints.',
  Jobs: 'Jobs and their logs.',
  Access: 'The project, its members, tokens and audit log.',
} as const
export type Tag = keyof typeof TAGS

interface RouteInput {
  params?: z.ZodType
  querystring?: z.ZodType
  body?: z.ZodType
}

/** Builds the schema of a route: its tag, summary, response and inputs. 202: the work continues as a job. */
export function describeRoute<Input extends RouteInput>(
  tag: Tag,
  summary: string,
  response: z.ZodType,
  input: Input,
  more: { status?: 200 | 201 | 202; description?: string } = {},
): Input & FastifySchema {
  const { status = 200, description } = more
  return {
    ...input,
    tags: [tag],
    summary,
    ...(description ? { description } : {}),
    response: { [status]: response, ...errorResponses },
  }
}

/** Reads a whole number from a query. */
export const wholeNumber = (least: number, most: number) => z.coerce.number().int().min(least).max(most)

export const pageQuery = z.object({
  limit: wholeNumber(1, 1000).default(100).describe('Items per page.'),
  cursor: z.string().max(300).optional().describe('The `next` of the previous page.'),
})

/** A page of a list: `next` is null on the last one. */
export const listOf = (item: z.ZodType) => z.object({ items: z.array(item), next: z.string().nullable() })

interface Page<T> {
  items: T[]
  next: string | null
}

/** Returns one page of a whole list. The cursor names the last item, so that items added before it do not shift the next page. */
export function pageOf<T>(items: readonly T[], query: z.output<typeof pageQuery>, keyOf: (item: T) => string): Page<T> {
  const [at, ...key] = Buffer.from(query.cursor ?? '', 'base64url')
    .toString('utf8')
    .split(' ')
  const found = query.cursor === undefined ? -1 : items.findIndex(item => keyOf(item) === key.join(' '))
  const start = query.cursor === undefined ? 0 : found >= 0 ? found + 1 : Number(at) || 0
  const page = items.slice(start, start + query.limit)
  const last = page.at(-1)
  const end = start + page.length
  const cursor = last === undefined ? '' : Buffer.from(`${end} ${keyOf(last)}`).toString('base64url')
  return { items: page, next: end < items.length ? cursor : null }
}
