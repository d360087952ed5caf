import { TaskFailure } from '#server/platform/tasks/task-failure.ts'

/**
 * Runs `work` with a signal that is aborted with the given one or after the limit. Throws `too_large` in words after the limit: trying
 * again would take as long.
 */
export async function withTimeLimit<T>(
  limit: { what: string; minutes: number; hint?: string },
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { what, minutes } = limit
  const time = minutes < 1 ? `${Number((minutes * 60).toPrecision(2))} s` : `${minutes} min`
  const tooLong = new TaskFailure(
    'too_large',
    'time_limit',
    `${what} took longer than ${time} and was stopped; nothing was changed.`,
    limit.hint ?? 'Take fewer rows or columns. An administrator can raise FLEXIML_DATA_MINUTES.',
  )
  const clock = new AbortController()
  const timer = setTimeout(() => clock.abort(tooLong), minutes * 60_000)
  try {
    return await work(AbortSignal.any([signal, clock.signal]))
  } catch (error) {
    throw clock.signal.aborted && !signal.aborted ? tooLong : error
  } finally {
    clearTimeout(timer)
  }
}
