import { z } from 'zod'
import { defineEvent } from '#server/platform/define-event.ts'

const ofDataset = z.object({ dataset: z.string() })
const ofVersion = z.object({ dataset: z.string(), version: z.int() })
const ofVersions = z.object({ dataset: z.string(), versions: z.array(z.int()) })
const named = z.object({ name: z.string() })
const nothing = z.object({})

export const ingestionStarted = defineEvent('data.ingestion-started', 'ingestion', ofDataset)
export const ingestionUnchanged = defineEvent('data.ingestion-unchanged', 'ingestion', ofVersion)
export const versionCreated = defineEvent('data.version-created', 'dataset', ofVersion.extend({ rows: z.int() }))
export const versionAnnotated = defineEvent('data.version-annotated', 'dataset', ofVersion)
export const versionsDeleted = defineEvent('data.versions-deleted', 'dataset', ofVersions)
export const versionsRestored = defineEvent('data.versions-restored', 'dataset', ofVersions)
export const schemaReviewed = defineEvent('data.schema-reviewed', 'dataset', ofVersion)

export const versionProfiled = defineEvent('data.version-profiled', 'dataset-version', nothing)
export const columnsRelated = defineEvent('data.columns-related', 'dataset-version', nothing)
export const leaksFound = defineEvent(
  'data.leaks-found',
  'dataset-version',
  z.object({ findings: z.int(), blocking: z.int(), judged: z.boolean().optional() }),
)

export const expectationsSaved = defineEvent(
  'data.expectations-saved',
  'dataset',
  z.object({ dataset: z.string(), suite: z.int(), expectations: z.int(), blocking: z.int() }),
)
export const expectationsOverridden = defineEvent(
  'data.expectations-overridden',
  'dataset',
  ofVersion.extend({ reason: z.string(), expectations: z.array(z.string()) }),
)
export const versionValidated = defineEvent(
  'data.version-validated',
  'dataset',
  ofVersion.extend({ verdict: z.string(), sentence: z.string(), blocking: z.int() }),
)
export const recipeSaved = defineEvent(
  'data.recipe-saved',
  'recipe-version',
  z.object({ recipe: z.string(), version: z.int(), steps: z.int() }),
)

export const sourceUpdated = defineEvent('data.source-updated', 'source', ofDataset)
export const sourceDisconnected = defineEvent('data.source-disconnected', 'source', ofDataset)
export const connectionCreated = defineEvent('data.connection-created', 'connection', named)
export const connectionDeleted = defineEvent('data.connection-deleted', 'connection', named)
export const connectionTested = defineEvent('data.connection-tested', 'connection', z.object({ passed: z.boolean() }))
