import { AppError, type ErrorCode } from '#server/kernel/errors.ts'

const MB = 2 ** 20

/** A task that ended for a cause with a name; `reasonCode` goes to its job. */
export class DataFailure extends AppError {
  readonly reasonCode: string
  constructor(code: ErrorCode, reasonCode: string, message: string, hint?: string) {
    super(code, message, { hint })
    this.reasonCode = reasonCode
  }
}

export const outOfMemory = (peakBytes: number, limitBytes: number) =>
  new DataFailure(
    'too_large',
    'out_of_memory',
    `The work was stopped because it used ${Math.ceil(peakBytes / MB)} MB of memory; its limit is ${Math.floor(limitBytes / MB)} MB.`,
    'Take fewer columns or rows, or add the file as Parquet.',
  )

/** DuckDB kept within its own limit and gave up; undefined: the failure is another. */
export const outOfDuckDbMemory = (error: unknown): DataFailure | undefined =>
  /^Out of Memory Error|max_temp_directory_size/.test(String((error as Error | undefined)?.message))
    ? new DataFailure(
        'too_large',
        'out_of_memory',
        'The work needs more memory or room to spill to than it may use; nothing was changed.',
        'Take fewer columns or rows, or free space on the server.',
      )
    : undefined

/** The process ended by itself: unlike `AppError`s, this is tried again. */
export class DataCrash extends Error {
  readonly reasonCode = 'data_process_crashed'
}
