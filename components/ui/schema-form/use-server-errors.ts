import type { UseFormReturnType } from '@mantine/form'
import { useEffect } from 'react'
import { fieldErrors } from './server-errors.ts'

/** Shows the field messages of a refused request at the form's inputs. `rename` maps names of the server to those of the form. */
export function useServerErrors<Values>(
  form: UseFormReturnType<Values>,
  error: unknown,
  rename: Readonly<Record<string, string>> = {},
): void {
  const { setErrors } = form
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new error, not a new form, is what sets the messages.
  useEffect(() => {
    if (error)
      setErrors(
        Object.fromEntries(Object.entries(fieldErrors(error)).map(([path, text]) => [rename[path] ?? path, text])),
      )
  }, [error])
}
