/** Why a table, a query or a filter was refused. The same input gives the same error. */
export type TableErrorCode = 'invalid' | 'too_large' | 'disk_full'

/**
 * An error that the author of the data, query or filter can correct. `hint` names the next step. The server maps it to its own error class.
 */
export class TableError extends Error {
  readonly code: TableErrorCode
  readonly hint?: string
  /** Finer than `code`: names the option that mends the failure, where there is one. */
  readonly reasonCode?: string

  constructor(
    code: TableErrorCode,
    message: string,
    extra: { hint?: string; reasonCode?: string; cause?: unknown } = {},
  ) {
    super(message, { cause: extra.cause })
    this.name = 'TableError'
    this.code = code
    this.hint = extra.hint
    this.reasonCode = extra.reasonCode
  }
}
