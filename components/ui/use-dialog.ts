import { useState } from 'react'

/** A dialog about one subject: open while there is one. */
export function useDialog<T>() {
  const [subject, setSubject] = useState<T>()
  return { subject, open: (next: T) => setSubject(next), close: () => setSubject(undefined) }
}
