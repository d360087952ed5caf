import type { FastifyInstance } from 'fastify'
import { AppError } from '#server/kernel/errors.ts'
import { nestsDeeper } from '#tables/read/json-depth.ts'

/** Passes the body of any content type on as the unread stream `request.raw`. */
export function passBodyThrough(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
}

/** Parses the body of any content type as JSON. Throws `too_large`, `bad_request` (no JSON, nests too deep). */
export function parseJsonBody(app: FastifyInstance, limits: { bytes: number; depth: number }): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<Buffer>('*', { parseAs: 'buffer', bodyLimit: limits.bytes }, (_request, body, done) => {
    if (nestsDeeper(body, limits.depth))
      return done(new AppError('bad_request', `The body nests deeper than ${limits.depth} levels.`))
    try {
      done(null, JSON.parse(body.toString('utf8')))
    } catch {
      done(new AppError('bad_request', 'The body is not valid JSON.'))
    }
  })
}
