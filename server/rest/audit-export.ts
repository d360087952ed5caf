import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { WebParts } from '#server/web/routes.ts'
import { EXPORT_FORMATS, exportAudit } from '../api/subjects/read-audit.ts'
import { auditQuery } from './access.ts'
import { bytesResponse, errorResponses } from './schemas.ts'

const exportQuery = auditQuery.omit({ cursor: true, limit: true }).extend({
  format: z.enum(EXPORT_FORMATS).default('csv'),
})

const schema = {
  summary: 'Export the audit log',
  description:
    'All entries that match, newest first. In CSV, cells that a spreadsheet would run start with an apostrophe.',
  tags: ['Access'],
  querystring: exportQuery,
  response: { 200: bytesResponse('text/csv'), ...errorResponses },
}
const TYPES = { csv: 'text/csv; charset=utf-8', json: 'application/json; charset=utf-8' }

/** The audit log as a file. */
export function auditExportRoutes({ kernel }: WebParts) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get('/audit/export', { schema, config: { permission: 'audit:read' } }, async (request, reply) => {
      const { format, ...filter } = request.query as z.infer<typeof exportQuery>
      const text = await exportAudit(kernel, request.caller, format, { ...filter, limit: 1 })
      return reply
        .header('content-type', TYPES[format])
        .header('content-disposition', `attachment; filename="audit-${request.caller.scope.slug}.${format}"`)
        .header('cache-control', 'no-store')
        .send(Readable.from(text))
    })
  }
}
