import type { UseFormReturnType } from '@mantine/form'
import { createContext, useContext } from 'react'
import type { FormValues, Option } from './field.ts'

interface FormContextValue {
  form: UseFormReturnType<FormValues>
  /** Names that column inputs offer. */
  columns: readonly string[]
  /** Options that only the page knows, by path: a text becomes a text with suggestions, a choice gets these. */
  options: Readonly<Record<string, readonly (string | Option)[]>>
  disabled: boolean
  /** Path of the input that a dialog focuses. */
  focus?: string
}

export const FormContext = createContext<FormContextValue | null>(null)

/** Returns the form around this input. Throws outside of one. */
export function useFormContext(): FormContextValue {
  const context = useContext(FormContext)
  if (!context) throw new Error('A schema input stands outside of a form.')
  return context
}
