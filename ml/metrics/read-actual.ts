import type { ColumnFormat } from '../cells/column-format.ts'
import { compileCellReader } from '../cells/read-cell.ts'
import type { ColumnType } from '../schema.ts'
import type { Task } from '../trainers/types.ts'
import { createClassReader } from './read-class.ts'

/** What a model knows about its target. */
export type TargetFacts = {
  task: Task
  classes?: readonly string[]
  type?: ColumnType
  format?: ColumnFormat
  /** Of a boolean target: [false word, true word]. */
  words?: readonly string[]
}

/**
 * Returns a function that reads a true value as the target of a model: a number, or the name of a class. Undefined: it is neither, or
 * missing.
 */
export function createActualReader(target: TargetFacts): (value: unknown) => number | string | undefined {
  const { task, classes = [], type, format, words } = target
  if (task === 'regression') {
    const read = compileCellReader({ type: 'number', ...(format ? { format } : {}) })
    return value => {
      const number = read(value)
      return typeof number === 'number' ? number : undefined
    }
  }
  const codeOf = createClassReader(classes)
  const readWord = words && type === 'boolean' ? compileCellReader({ type, domain: words }) : undefined
  return value => {
    const code = codeOf(value) ?? (readWord ? codeOf(readWord(value)) : undefined)
    return code === undefined ? undefined : classes[code]
  }
}
