import { z } from 'zod'

/** Guaranteed fields of each response; responses may have additional fields. */
const state = z.string().describe('queued, running, succeeded, failed or cancelled.')
const instant = z.string().describe('ISO 8601.')
const finite = z.number().nullable()

const offer = z
  .looseObject({ option: z.string(), value: z.int().optional() })
  .nullable()
  .describe('The option of `reading` that mends the failure, and its value where it is known.')
export const preview = z.looseObject({
  id: z.string(),
  state,
  reason: z.string().nullable(),
  offer,
  result: z.looseObject({ rows: z.int(), schema: z.array(z.looseObject({ name: z.string() })) }).nullable(),
  comparison: z
    .looseObject({
      dataset: z.string(),
      version: z.int(),
      sameAs: z.int().nullable().optional().describe('A version made of the same bytes.'),
      changes: z.array(z.looseObject({ code: z.string(), column: z.string() })),
    })
    .nullable(),
})
export const ingestion = z
  .looseObject({
    id: z.string(),
    state,
    reason: z.string().nullable(),
    offer: offer.optional(),
    dataset: z.string().nullable().optional(),
    version: z.int().nullable().optional(),
    rows: z.int().nullable().optional(),
    columns: z.int().nullable().optional(),
    digest: z.string().nullable().optional(),
    created: z.boolean().nullable().optional().describe('false: the bytes are those of an existing version.'),
    warnings: z.array(z.unknown()).optional(),
  })
  .describe('A new version in progress.')

export const datasetSummary = z.looseObject({
  dataset: z.string(),
  version: z.int(),
  rows: z.int(),
  columns: z.int(),
  digest: z.string(),
  warnings: z.array(z.unknown()),
  createdAt: instant,
})
export const datasetDetail = datasetSummary.extend({
  schema: z.array(
    z.looseObject({
      name: z.string(),
      type: z.string(),
      role: z.string(),
      missing: z.int().nullable(),
      distinct: z.int().nullable(),
    }),
  ),
})
export const versionDetail = z.looseObject({ version: z.int(), rows: z.int(), digest: z.string(), createdAt: instant })

export const profile = z.looseObject({
  dataset: z.string(),
  version: z.int(),
  state: z.string(),
  rows: z.int(),
  duplicateRows: z.int().nullable(),
  columns: z.array(
    z.looseObject({
      name: z.string(),
      type: z.string(),
      count: z.int(),
      missing: z.int(),
      distinct: z.number(),
      distinctExact: z.boolean(),
      mean: finite,
      sd: finite,
      quantiles: z.record(z.string(), z.unknown()),
      top: z.array(z.looseObject({ count: z.int() })),
      warnings: z.array(z.unknown()),
    }),
  ),
})
export const leaks = z.looseObject({
  dataset: z.string(),
  version: z.int(),
  target: z.string().nullable(),
  split: z.string(),
  state: z.string().describe('absent: not searched yet.'),
  findings: z.array(z.looseObject({ column: z.string().nullable(), kind: z.string(), severity: z.string() })),
})
export const diff = z.looseObject({
  before: z.looseObject({ dataset: z.string(), version: z.int() }),
  after: z.looseObject({ dataset: z.string(), version: z.int() }),
  key: z.array(z.string()),
  state: z.string().describe('absent: not compared yet.'),
  result: z
    .looseObject({
      schema: z.looseObject({ added: z.array(z.string()), removed: z.array(z.string()) }),
      rows: z.looseObject({ added: z.int(), removed: z.int(), changed: z.int() }),
      columns: z.array(z.looseObject({ name: z.string(), test: z.string(), drifted: z.boolean() })),
    })
    .nullable(),
})

export const started = z.looseObject({ id: z.string().describe('Read its state by this id.') })
const expectation = z.looseObject({ type: z.string(), severity: z.string() })
export const expectations = z.looseObject({ expectations: z.array(expectation) })
export const suggestions = z.looseObject({ state: z.string(), suggestions: z.array(expectation) })
export const savedSuite = z.looseObject({
  suite: z.int(),
  created: z.boolean(),
  validation: z.string().nullable().describe('Id of the validation that it started.'),
})
export const validation = z.looseObject({
  id: z.string(),
  state: z.string(),
  verdict: z.string().nullable().describe('pass, warn or fail.'),
})
export const query = z.looseObject({
  id: z.string(),
  state: z.string(),
  reason: z.string().nullable(),
  columns: z.array(z.looseObject({ name: z.string(), type: z.string() })),
  rows: z.array(z.array(z.unknown())),
  truncated: z.boolean().nullable(),
})
export const querySummary = z.looseObject({ id: z.string(), state: z.string() })
export const recipeSummary = z.looseObject({ recipe: z.string(), version: z.int(), createdAt: instant })
export const recipeDetail = recipeSummary.extend({ steps: z.array(z.unknown()), note: z.string() })
export const savedRecipe = z.looseObject({ recipe: z.string(), version: z.int(), created: z.boolean() })
export const storageQuota = z.looseObject({ bytes: z.number().nullable(), isDefault: z.boolean() })
export const projectStorage = z.looseObject({ bytes: z.number(), reclaimableBytes: z.number(), quota: storageQuota })
export const datasetStorage = z.looseObject({ dataset: z.string(), bytes: z.number(), versions: z.array(z.unknown()) })
export const deletionPreview = z.looseObject({
  dataset: z.string(),
  versions: z.array(z.looseObject({ version: z.int() })),
  wholeDataset: z.boolean(),
  freesBytes: z.number(),
})
export const deletedVersions = z.looseObject({ dataset: z.string(), versions: z.array(z.int()) })
export const connection = z.looseObject({ name: z.string(), kind: z.string() })
export const source = z.object({ source: z.looseObject({ dataset: z.string(), kind: z.string() }).nullable() })

export const runSummary = z.looseObject({
  run: z.string().describe('32 hex digits.'),
  name: z.string(),
  status: z.string(),
  reason: z.string().nullable(),
  trainer: z.string(),
  params: z.record(z.string(), z.unknown()),
  metrics: z.record(z.string(), finite),
  seed: z.number().nullable(),
  digest: z.string().nullable().describe('SHA-256 of the model.'),
  startedAt: instant.nullable(),
  endedAt: instant.nullable(),
})
const best = z.looseObject({ run: z.string(), trainer: z.string(), value: finite }).nullable()
export const experimentSummary = z.looseObject({ experiment: z.string(), metric: z.string().nullable(), best })
export const experimentDetail = experimentSummary.extend({ status: z.string(), items: z.array(runSummary) })
export const comparison = z.looseObject({
  runs: z.array(runSummary),
  params: z.record(z.string(), z.array(z.unknown())),
  metrics: z.record(z.string(), z.array(finite)),
})
export const curves = z.looseObject({})
export const logLines = z.looseObject({
  lines: z.array(z.looseObject({ text: z.string() })),
  next: z.int().describe('Pass this as `after` to get the next lines.'),
})
export const trainers = z.looseObject({})
export const launchOptions = z.looseObject({ dataset: z.string(), version: z.int(), task: z.string() })

export const evaluation = z.looseObject({
  id: z.string(),
  run: z.string(),
  dataset: z.string(),
  version: z.int(),
  state,
  metric: z.string().nullable(),
})
export const modelComparison = z.looseObject({
  state: z.enum(['compared', 'running', 'unknown']),
  code: z.string().nullable().describe('Why there is no verdict.'),
  dataset: z.string().nullable(),
  version: z.int().nullable(),
  rows: z.int().nullable(),
  metrics: z.array(
    z.looseObject({
      name: z.string(),
      reference: finite,
      value: finite,
      difference: finite,
      differenceLow: finite,
      differenceHigh: finite,
      verdict: z.enum(['better', 'worse', 'tied', 'unknown']),
    }),
  ),
})
export const startedComparison = z.looseObject({
  dataset: z.string(),
  version: z.int(),
  started: z.array(z.looseObject({ id: z.string() })),
})
export const startedEvaluation = z.looseObject({ id: z.string(), created: z.boolean() })

export const modelSummary = z.looseObject({
  model: z.string(),
  latestVersion: z.int(),
  champion: z.int().nullable(),
  metrics: z.record(z.string(), finite),
})
export const modelDetail = z.looseObject({
  model: z.string(),
  versions: z.array(
    z.looseObject({ version: z.int(), digest: z.string(), aliases: z.array(z.string()), state: z.string() }),
  ),
  aliases: z.record(z.string(), z.int()),
})
export const registered = z.looseObject({ model: z.string(), version: z.int(), digest: z.string() })

export const endpointSummary = z.looseObject({
  endpoint: z.string(),
  model: z.string(),
  version: z.int(),
  revision: z.int(),
  policy: z.string().describe('lenient or strict.'),
})
export const batchStarted = z.looseObject({ job: z.uuid(), ingestion: z.uuid(), dataset: z.string() })
export const policyChanged = z.looseObject({ endpoint: z.string(), policy: z.string(), previous: z.string() })
export const switched = z.looseObject({
  endpoint: z.string(),
  model: z.string(),
  version: z.int(),
  previous: z.int().nullable(),
  revision: z.int(),
  switchedInMs: finite,
})
export const retried = z.looseObject({
  endpoint: z.string(),
  model: z.string(),
  version: z.int(),
  servers: z.object({ serving: z.int(), alive: z.int() }),
})
export const historyItem = z.looseObject({
  at: instant,
  action: z.string(),
  version: z.int(),
  actor: z.string(),
  reason: z.string(),
  revision: z.int(),
})
export const monitorSummary = z.looseObject({ endpoint: z.string(), verdict: z.string() })
export const monitorStatus = z.looseObject({
  endpoint: z.string(),
  verdict: z.string().describe('ok, warn, alert or unknown.'),
  checking: z.boolean(),
  columns: z.array(z.looseObject({ name: z.string(), test: z.string(), drifted: z.boolean() })),
  performance: z.array(z.looseObject({ window: z.string(), metric: z.string(), value: finite, rows: z.int() })),
})
export const startedCheck = z.looseObject({ endpoint: z.string(), jobId: z.string(), started: z.boolean() })

export const job = z.looseObject({
  id: z.string(),
  name: z.string(),
  title: z.string(),
  state,
  reason: z.string().nullable(),
  createdAt: instant,
})
export const schedule = z.looseObject({ id: z.string(), name: z.string(), cron: z.string(), zone: z.string() })

export const projectSettings = z.object({
  project: z.string(),
  name: z.string(),
  description: z.string(),
  zone: z.string(),
  createdAt: instant,
  archivedAt: instant.nullable(),
  archivedEndpoints: z.string().nullable(),
})
export const project = z.object({ project: z.string(), zone: z.string(), role: z.string() })
export const invited = z.object({ id: z.string(), link: z.string(), expiresAt: instant })
export const addedMember = z.object({ userId: z.string().nullable(), invitation: invited.nullable() })
export const invitation = z.looseObject({
  id: z.string(),
  email: z.string().nullable(),
  role: z.string(),
  state: z.string(),
})
export const mintedToken = z.object({
  id: z.string(),
  token: z.string(),
  project: z.string(),
  role: z.string(),
  expiresAt: instant.nullable(),
})
export const member = z.looseObject({ userId: z.string(), name: z.string(), role: z.string() })
export const token = z.looseObject({ id: z.string(), name: z.string(), role: z.string(), state: z.string() })
export const auditEntry = z.looseObject({ id: z.int(), at: instant, actor: z.string(), action: z.string() })
