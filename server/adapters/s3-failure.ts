import { AppError } from '#server/kernel/errors.ts'

/** The SDK's error for a response: its name is the store's error code. */
interface ServiceError extends Error {
  $metadata?: { httpStatusCode?: number }
}

const RETRYABLE = new Set([408, 429, 500, 502, 503, 504])

export const statusOf = (error: unknown): number | undefined => (error as ServiceError).$metadata?.httpStatusCode

function findAppError(error: unknown): AppError | undefined {
  for (let e = error; e instanceof Error; e = e.cause) if (e instanceof AppError) return e
  return undefined
}

/** Converts a failure of the SDK to an `AppError`. `what` is the object as `s3://bucket/key`, `host` the store. */
export function explainS3(error: unknown, what: string, host: string): AppError {
  const known = findAppError(error)
  if (known) return known
  const status = statusOf(error)
  const { name, message } = error as Error
  if (name === 'CredentialsProviderError')
    return new AppError('forbidden', `There are no credentials for the object store: ${message}`, {
      hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or configure a profile or a role for this machine.',
      cause: error,
    })
  if (status === undefined)
    return new AppError('unavailable', `The object store at ${host} cannot be reached.`, {
      hint: 'Check its address and that it is running.',
      cause: error,
    })
  const reason = `${name}${message && message !== name ? ` (${message})` : ''}`
  if (status < 300)
    return new AppError('invalid', `The server at ${host} is not an object store: its response cannot be read.`, {
      cause: error,
    })
  if (status < 400)
    return new AppError('invalid', `The object store redirects ${what} to another address: ${reason}.`, {
      hint: 'Set the region and the endpoint of the bucket.',
    })
  if (status === 404)
    return new AppError('not_found', `${what} does not exist: ${reason}.`, {
      hint: 'Check bucket and path; they are case-sensitive.',
    })
  if (status === 401 || status === 403)
    return new AppError('forbidden', `The object store does not allow ${what}: ${reason}.`, {
      hint: 'Check the access key, its secret and its permissions for this bucket.',
    })
  return new AppError(
    RETRYABLE.has(status) ? 'unavailable' : 'internal',
    `The object store refused ${what}: ${reason}.`,
    { cause: error },
  )
}
