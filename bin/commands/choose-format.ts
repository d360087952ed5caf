import { PLAIN_NUMBER } from '#ml/cells/column-format.ts'
import { type CellColumn, compileCellReader, UNREADABLE } from '#ml/cells/read-cell.ts'

/**
 * Returns how a file writes the numbers of a column: in the model's format, or plainly (`1.058`, as `data get` writes them). All cells decide:
 * the way under which more of them are numbers; where both fit alike, the one with more numbers in the training range, else the model's.
 */
export function chooseFormat<C extends CellColumn>(column: C, cells: readonly unknown[]): C {
  const { type, format, domain } = column
  if ((type !== 'number' && type !== 'integer') || !format?.number) return column
  const plain = { ...column, format: { ...format, number: PLAIN_NUMBER } }
  const range = domain && !Array.isArray(domain) ? (domain as { min: number; max: number }) : undefined
  const score = (candidate: C) => {
    const read = compileCellReader(candidate)
    let numbers = 0
    let inRange = 0
    for (const cell of cells) {
      if (typeof cell !== 'string') continue
      const value = read(cell)
      if (typeof value !== 'number' || (value as unknown) === UNREADABLE) continue
      numbers++
      if (range && value >= range.min && value <= range.max) inRange++
    }
    return { numbers, inRange }
  }
  const [own, other] = [score(column), score(plain)]
  if (other.numbers !== own.numbers) return other.numbers > own.numbers ? plain : column
  return other.inRange > own.inRange ? plain : column
}
