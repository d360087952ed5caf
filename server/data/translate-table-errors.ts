import { AppError } from '#server/kernel/errors.ts'
import { TableError } from '#tables/errors.ts'

/** Runs `work` with the tables library. Throws its `TableError`s as `AppError`s. */
export async function translateTableErrors<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof TableError) throw new AppError(error.code, error.message, { hint: error.hint, cause: error })
    throw error
  }
}
