interface ServerError {
  data?: { app?: { details?: { column?: string; expected?: string; got?: string }[] } }
}

/** Returns the messages of a refused request that belong to single fields, by the field's path. */
export function fieldErrors(error: unknown): Record<string, string> {
  const details = (error as ServerError | null)?.data?.app?.details ?? []
  return Object.fromEntries(
    details.flatMap(({ column, expected, got }) =>
      column && expected ? [[column, got === undefined ? expected : `Expected ${expected}, got ${got}`]] : [],
    ),
  )
}

/** True if every message of the error is shown at one of these fields, so that it needs no alert. */
export function isShownAtFields(error: unknown, paths: readonly string[]): boolean {
  const named = Object.keys(fieldErrors(error))
  return named.length > 0 && named.every(name => paths.includes(name))
}
