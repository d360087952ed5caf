/**
 * An error of the engine, in words a person can act on. `code` is stable (kebab-case), `hint` says what to do next.
 * The server maps it to its own error class.
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
 * Makes something of a bundle whose JSON was parsed and not described: well-formed JSON of a wrong shape makes some property access fail, and
 * the reader is told what that means.
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
