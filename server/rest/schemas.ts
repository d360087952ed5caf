import { z } from 'zod'

/** A body of bytes: not parsed, not checked, shown as a file in the document. */
export const anyBytes = z.any().meta({ type: 'string', format: 'binary' })

export const versionParams = z.object({
  name: z.string(),
  v: z.string().describe('A number or `latest`; for models also an alias such as `champion`.'),
})

/** Written once in the document, under this id. */
const errorBody = z
  .object({
    error: z.object({
      code: z.string().describe('Stable, as `not_found`.'),
      message: z.string(),
      hint: z.string().optional().describe('What to do.'),
      details: z
        .array(
          z.looseObject({
            row: z.int().optional(),
            column: z.string().optional(),
            expected: z.string().optional(),
            got: z.string().optional(),
          }),
        )
        .optional(),
    }),
  })
  .meta({ id: 'Error' })

const errorResponse = (description: string) => ({ description, content: { 'application/json': { schema: errorBody } } })

/** Error responses of every route. */
export const errorResponses = {
  400: errorResponse('Not JSON, or a malformed request.'),
  401: errorResponse('No token, or an unknown, expired or revoked one.'),
  403: errorResponse('The role of the token does not permit this.'),
  404: errorResponse('Does not exist in the project of the token.'),
  409: errorResponse('Conflicts with the current state.'),
  413: errorResponse('The body is too large.'),
  422: errorResponse('The input does not match the schema or the data.'),
  429: errorResponse('Too many requests; see Retry-After.'),
  503: errorResponse('Try again; see Retry-After.'),
}

/** A response of bytes. */
export const bytesResponse = (mediaType: string) => ({
  description: 'The file.',
  content: { [mediaType]: { schema: anyBytes } },
})

/** A name in a path. Not validated: for an impossible name the use case returns 404. */
export const nameParams = z.object({ name: z.string().describe('Name.') })
export const uuidParams = z.object({ id: z.uuid() })
export const datasetVersionParams = z.object({
  name: z.string(),
  v: z
    .string()
    .regex(/^(v?\d{1,9}|latest)$/, '1, 2, … or latest')
    .describe('A number, or `latest`.'),
})

/** `name@3` of a dataset; `name` alone is the newest version. */
export const refOf = ({ name, v }: { name: string; v: string }): string =>
  v === 'latest' ? name : `${name}@${Number(v.replace('v', ''))}`
