/**
 * An error of the engine with a message for users. `code` is stable (kebab-case), `hint` names the next step. The server maps it to its own
 * error class.
 */
export class EngineError extends Error {
  readonly code: string
  readonly hint: string
  constructor(code: string, message: string, hint = '') {
    super(message)
    this.name = 'EngineError'
    this.code = code
    this.hint = hint
  }
}

/** A model bundle that cannot be trusted: truncated, altered, oversized or written by a newer engine. */
export class BundleError extends EngineError {
  constructor(code: string, message: string, hint = 'Download or train the model again.') {
    super(code, message, hint)
    this.name = 'BundleError'
  }
}

/**
 * Runs code that reads parsed but unvalidated JSON of a bundle and turns failing property accesses into a BundleError.
 * @throws BundleError
 */
export function rejectMalformed<T>(compile: () => T): T {
  try {
    return compile()
  } catch (error) {
    if (error instanceof EngineError) throw error
    throw new BundleError('manifest', `model.json does not describe a usable model (${(error as Error).message}).`)
  }
}
