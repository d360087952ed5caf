import { z } from 'zod'

/** A body of bytes: not parsed, not checked, shown as a file in the document. */
export const anyBytes = z.any().meta({ type: 'string', format: 'binary' })

export const versionParams = z.object({
  name: z.string(),
  v: z.string().describe('A number or `latest`; of models also an alias, as `champion`.'),
})

const errorBody = z.object({
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

/** What every route may respond with instead of success. */
export const errorResponses = {
  400: errorBody.describe('Not JSON, or an impossible request.'),
  401: errorBody.describe('No token, or an unknown, expired or revoked one.'),
  403: errorBody.describe('The role of the token does not permit this.'),
  404: errorBody.describe('Does not exist in the project of the token.'),
  409: errorBody.describe('Conflicts with the present state.'),
  413: errorBody.describe('The body is too large.'),
  422: errorBody.describe('The input does not match the schema or the data.'),
  429: errorBody.describe('Too many requests; see Retry-After.'),
  503: errorBody.describe('Try again; see Retry-After.'),
}
