import { EngineError } from '../../errors.ts'
import { murmurHash3 } from '../murmur-hash.ts'
import { addSlots, removeSlot, slotOf, textReader } from '../program.ts'
import { tokenize } from '../tokenize.ts'
import { type Fitted, listNames, type Step } from './step.ts'

const DEFAULT_BUCKETS = 32
const MAX_BUCKETS = 65_536

/**
 * Feature hashing (Weinberger et al. 2009) without signs: bucket = MurmurHash3 of the UTF-8 bytes, modulo the number of buckets. A category
 * is one token and sets its bucket to 1, for unseen levels too; a text counts its words and is scaled to length 1. Nothing is fitted;
 * missing cells are all zeros.
 */
export const hashing: Step<'hashing'> & Fitted<'hashing'> = {
  takes: ['category', 'text'],
  explain: step =>
    `${listNames(step.columns)}: levels or words are spread over ${step.buckets ?? DEFAULT_BUCKETS} columns by a hash, new ones too; several can share a column.`,
  effect: step => ({ gone: step.columns }),
  fit: (step, [slot]) => [{ step: 'hashing', column: slot!.name, buckets: step.buckets ?? DEFAULT_BUCKETS }],
  describe: step => `${step.column}: spread over ${step.buckets} columns by a hash.`,
  compile(step, program) {
    const slot = slotOf(program, step.column, step.step)
    const reader = textReader(slot)
    const isText = slot.kind === 'text'
    removeSlot(program, slot)
    const { buckets } = step
    // A stored recipe may have been altered.
    if (!Number.isInteger(buckets) || buckets < 1 || buckets > MAX_BUCKETS) {
      throw new EngineError('recipe-step', `The step “hashing” has ${buckets} columns.`, `1 to ${MAX_BUCKETS} can be.`)
    }
    const names = Array.from({ length: buckets }, (_, k) => `${step.column}#${k}`)
    const first = addSlots(program, names)
    const counts = new Float64Array(buckets)
    program.operations.push({
      reads: reader.reads,
      writes: names.map((_, k) => first + k),
      texts: reader.texts,
      run(columns) {
        const { numbers, rows } = columns
        const text = reader.open(columns)
        for (let k = 0; k < buckets; k++) numbers[first + k]!.fill(0)
        for (let i = 0; i < rows; i++) {
          const cell = text(i)
          if (cell === null) continue
          if (!isText) {
            numbers[first + (murmurHash3(cell) % buckets)]![i] = 1
            continue
          }
          const touched: number[] = []
          for (const word of tokenize(cell)) {
            const k = murmurHash3(word) % buckets
            if (counts[k] === 0) touched.push(k)
            counts[k]! += 1
          }
          let squares = 0
          for (const k of touched) squares += counts[k]! ** 2
          const length = Math.sqrt(squares)
          for (const k of touched) {
            numbers[first + k]![i] = counts[k]! / length
            counts[k] = 0
          }
        }
      },
    })
  },
}
