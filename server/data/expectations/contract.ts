import { z } from 'zod'
import { type CheckType, expectationInput } from '#tables/expectations/contract.ts'
import { nameAtVersion } from '../contract.ts'

export {
  type Check,
  type CheckOf,
  type CheckResult,
  type CheckType,
  type Expectation,
  type ExpectationInput,
  expectationInput,
  type NewExpectation,
  type OffendingRow,
  type Severity,
  type Suggestion,
  type ValidationBody,
  type Verdict,
} from '#tables/expectations/contract.ts'

const MAX_EXPECTATIONS = 1000
export const datasetRef = z.object({ dataset: nameAtVersion })
export const saveSuiteInput = z.object({
  dataset: nameAtVersion,
  expectations: z.array(expectationInput).max(MAX_EXPECTATIONS),
  /** The suite that was edited; refused if there is a newer one. */
  basedOn: z.int().min(0).optional(),
})
export type SaveSuiteInput = z.input<typeof saveSuiteInput>
export const overrideInput = z.object({
  dataset: nameAtVersion,
  reason: z
    .string()
    .trim()
    .min(10, 'Enter at least 10 characters: why may this version be used?')
    .max(1000)
    .meta({ title: 'Reason', input: 'multiline' }),
})
export type OverrideInput = z.input<typeof overrideInput>

export const CHECK_WORDS: Record<CheckType, string> = {
  schema: 'Schema',
  'row-count': 'Row count',
  'not-null': 'Not missing',
  unique: 'Unique',
  'in-set': 'In set',
  between: 'Between',
  regex: 'Matches pattern',
  length: 'Text length',
  'quantile-between': 'Quantile between',
  'mean-between': 'Mean between',
  'sd-between': 'Standard deviation between',
  freshness: 'Fresh',
  referential: 'Exists in another dataset',
  compare: 'Compared with another column',
  sql: 'SQL predicate',
  drift: 'No drift from a version',
}
