import type { FrameColumnType } from '../frame/frame.ts'

export type DatePart = 'hour' | 'weekday' | 'month' | 'day-of-year'

/** What to do, before any data is seen. `columns` name inputs or features made by earlier steps. */
export type RecipeStep =
  | {
      step: 'impute'
      columns: string[]
      strategy: 'mean' | 'median' | 'mode' | 'constant'
      /** For `constant`: a number, or a level for category columns. */
      value?: number | string
      /** Adds `<column>_missing` (1 or 0) where the training rows had missing cells. */
      indicator?: boolean
    }
  | {
      step: 'scale'
      columns: string[]
      /** standard: mean 0, deviation 1. robust: median 0, interquartile range 1. min-max: 0 to 1 over the training rows. */
      method: 'standard' | 'robust' | 'min-max'
    }
  | {
      step: 'clip'
      columns: string[]
      /** Quantiles of the training rows, 0 to 1; cells beyond them become them. Default 0.01 and 0.99. */
      lower?: number
      upper?: number
    }
  | {
      step: 'power'
      columns: string[]
      /** log1p: sign(x) · ln(1 + |x|). yeo-johnson: the power under which the training rows are most like a normal distribution. */
      method: 'log1p' | 'yeo-johnson'
    }
  | {
      step: 'interaction'
      /** Exactly two; the feature made is called `<first>_<word>_<second>` unless named. */
      columns: string[]
      operation: 'multiply' | 'divide' | 'add' | 'subtract'
      name?: string
    }
  | {
      step: 'one-hot'
      columns: string[]
      /** Levels kept, most frequent first; the others share “(other)”. Default 40. */
      maxCategories?: number
      /** A level seen less often is rare and goes to “(other)”. Default 2. */
      minCount?: number
    }
  | {
      step: 'ordinal'
      columns: string[]
      /** Levels that keep a code of their own, most frequent first. Default 1,000. */
      maxCategories?: number
      /** A level seen less often counts as never seen. Default 2. */
      minCount?: number
    }
  | {
      step: 'date-parts'
      columns: string[]
      parts?: DatePart[]
      /** circle: each part gives a sine and a cosine, so that 23:00 lies next to 00:00. number: one plain number a part, for trees. Default circle. */
      as?: 'circle' | 'number'
      /** Adds days since the first training row: lets a model follow a trend, and extrapolate it. Default false. */
      elapsedDays?: boolean
    }
  | { step: 'drop'; columns: string[] }

export type RecipeInput = { name: string; type: FrameColumnType; words?: readonly string[] }

export type Recipe = { v: 1; inputs: RecipeInput[]; steps: RecipeStep[] }

/** A category input carries the levels it knows; all others are one “unseen or rare” level. */
export type FittedInput = RecipeInput & { vocabulary?: string[] }

export type FittedStep =
  | { step: 'impute'; column: string; value: number; indicator?: string }
  | { step: 'scale'; column: string; mean: number; deviation: number }
  | { step: 'clip'; column: string; low: number; high: number }
  | { step: 'power'; column: string; method: 'log1p' }
  | { step: 'power'; column: string; method: 'yeo-johnson'; lambda: number }
  | {
      step: 'interaction'
      column: string
      other: string
      operation: 'multiply' | 'divide' | 'add' | 'subtract'
      name: string
    }
  | { step: 'one-hot'; column: string; levels: string[]; other: boolean; missing: boolean }
  /** The code of a level is its place in the vocabulary; NaN when missing or never seen. */
  | { step: 'ordinal'; column: string; levels: number }
  | { step: 'date-parts'; column: string; parts: DatePart[]; as?: 'number'; elapsedFrom?: number }
  | { step: 'drop'; column: string }

/** Plain JSON; the whole truth about how a row becomes numbers. */
export type FittedRecipe = { v: 1; inputs: FittedInput[]; steps: FittedStep[]; outputs: string[] }
