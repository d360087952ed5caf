import type { FrameColumnType } from '../frame/frame.ts'

export type DatePart = 'hour' | 'weekday' | 'month' | 'day-of-year'
export type CastTarget = 'number' | 'category' | 'boolean' | 'datetime'
export type TextStatistic = 'characters' | 'words' | 'word-length' | 'digits' | 'capitals' | 'punctuation'
export type Combination = 'multiply' | 'divide' | 'add' | 'subtract'

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
  /** Adds `<column>_missing` (1 or 0) where the training rows had missing cells, and leaves the column as it is. */
  | { step: 'indicator'; columns: string[] }
  | {
      step: 'cast'
      columns: string[]
      /** Cells that cannot be converted are missing. Numbers become datetimes as milliseconds since 1970. */
      to: CastTarget
    }
  | {
      step: 'scale'
      columns: string[]
      /**
       * standard: mean 0, deviation 1. robust: median 0, interquartile range 1. min-max: 0 to 1 over the training rows.
       * quantile: by rank among the training rows, to `to`.
       */
      method: 'standard' | 'robust' | 'min-max' | 'quantile'
      /** For `quantile`. Default uniform (0 to 1). */
      to?: 'uniform' | 'normal'
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
      operation: Combination
      name?: string
    }
  | {
      step: 'expression'
      /** May be empty: the formula names its columns. */
      columns: string[]
      /** The feature made. */
      name: string
      /** A formula over numbers, see `expression/parse.ts`: `log(price) / (rooms + 1)`. */
      formula: string
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
      step: 'target-encoding'
      columns: string[]
      /** How many rows of the overall mean each level's mean is mixed with (the m-estimate). Default 10. */
      smoothing?: number
      /** The category stays for a later step. Default false. */
      keep?: boolean
      /** A column with fewer levels is left as it is. Default 0. */
      minLevels?: number
      /** Levels with a mean of their own, most frequent first. Default 10,000. */
      maxCategories?: number
    }
  | {
      step: 'hashing'
      columns: string[]
      /** Default 32. */
      buckets?: number
    }
  | {
      step: 'tf-idf'
      columns: string[]
      /** Words kept, those in the most rows first. Default 100. */
      maxTerms?: number
      /** A word in fewer rows is left out. Default 2. */
      minCount?: number
      /** The text stays for a later step. Default false. */
      keep?: boolean
    }
  | {
      step: 'text-statistics'
      columns: string[]
      /** Default: all. */
      statistics?: TextStatistic[]
      /** The text stays for a later step. Default false. */
      keep?: boolean
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
  | {
      step: 'near-constant'
      /** Empty: all existing columns. */
      columns: string[]
      /** A column whose commonest value (or missing) has at least this share of the rows is left out. Default 0.995. */
      share?: number
    }
  | {
      step: 'correlation'
      /** Empty: all existing numbers. */
      columns: string[]
      /** Of two columns with a Pearson correlation above this, in size, the later one is left out. Default 0.98. */
      limit?: number
    }
  | { step: 'drop'; columns: string[] }

export type StepName = RecipeStep['step']
export type StepOf<N extends StepName> = Extract<RecipeStep, { step: N }>

export type RecipeInput = { name: string; type: FrameColumnType; words?: readonly string[] }

export type Recipe = { v: 1; inputs: RecipeInput[]; steps: RecipeStep[] }

/** A category input carries the levels it knows, most frequent first; all others are one “unseen or rare” level. */
export type FittedInput = RecipeInput & {
  vocabulary?: string[]
  /**
   * Replaces a missing cell: the median, or the most frequent value (booleans 1 or 0, datetimes in milliseconds). Absent when the model
   * learned from missing cells, or when a step imputes them.
   */
  fallback?: number | string
}

export type FittedStep =
  | { step: 'impute'; column: string; value: number; indicator?: string }
  | { step: 'indicator'; column: string }
  | { step: 'cast'; column: string; to: Exclude<CastTarget, 'category'> }
  | { step: 'cast'; column: string; to: 'category'; vocabulary: string[] }
  | { step: 'scale'; column: string; mean: number; deviation: number }
  /** `quantiles` of the training rows at evenly spaced shares from 0 to 1. */
  | { step: 'scale'; column: string; quantiles: number[]; to: 'uniform' | 'normal' }
  | { step: 'clip'; column: string; low: number; high: number }
  | { step: 'power'; column: string; method: 'log1p' }
  | { step: 'power'; column: string; method: 'yeo-johnson'; lambda: number }
  | { step: 'interaction'; column: string; other: string; operation: Combination; name: string }
  /** `column` is the feature made. */
  | { step: 'expression'; column: string; formula: string }
  /** `levels` in the order of their features; other levels of the vocabulary count as unseen. */
  | { step: 'one-hot'; column: string; levels: string[]; other: boolean; missing: boolean }
  /** The code of a level is its place in the vocabulary when below `levels`; NaN for others, missing and never seen. */
  | { step: 'ordinal'; column: string; levels: number }
  /**
   * One feature per list of `means`; each has a mean per level, in the order of the vocabulary. Missing, never seen and further levels get
   * `priors`.
   */
  | { step: 'target-encoding'; column: string; means: number[][]; priors: number[]; keep?: boolean }
  | { step: 'hashing'; column: string; buckets: number }
  | { step: 'tf-idf'; column: string; terms: string[]; idf: number[]; keep?: boolean }
  | { step: 'text-statistics'; column: string; statistics: TextStatistic[]; keep?: boolean }
  | { step: 'date-parts'; column: string; parts: DatePart[]; as?: 'number'; elapsedFrom?: number }
  | { step: 'drop'; column: string; because?: string }

export type FittedName = FittedStep['step']
export type FittedOf<N extends FittedName> = Extract<FittedStep, { step: N }>

/** Plain JSON; the complete description of how a row becomes numbers. */
export type FittedRecipe = { v: 1; inputs: FittedInput[]; steps: FittedStep[]; outputs: string[] }
