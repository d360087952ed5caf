import { addSlots, type Columns, removeSlot, replaceCells, slotOf, UNSEEN_CODE } from '../program.ts'
import { countCodes, MAX_LEVELS, RARE_LEVEL, rareBelow } from '../vocabulary.ts'
import { type Fitted, listNames, type Step } from './step.ts'

export const oneHot: Step<'one-hot'> & Fitted<'one-hot'> = {
  takes: ['category'],
  explain: step =>
    `${listNames(step.columns)}: one column per level, 1 where a row has it; levels beyond the ${step.maxCategories ?? MAX_LEVELS['one-hot']} most frequent, or seen less than ${step.minCount ?? RARE_LEVEL['one-hot']} times, share one.`,
  effect: step => ({ gone: step.columns }),
  fit(step, [slot], training) {
    const vocabulary = slot!.vocabulary ?? []
    const cells = training.numbers(slot!)
    const counts = countCodes(cells, vocabulary.length)
    const enough = rareBelow(training.rows, step.minCount ?? RARE_LEVEL['one-hot'])
    const levels = vocabulary
      .filter((_, code) => counts[code]! >= enough)
      .slice(0, step.maxCategories ?? MAX_LEVELS['one-hot'])
    const present = counts.reduce((sum, count) => sum + count, 0)
    const kept = new Set(levels)
    const keptRows = vocabulary.reduce((sum, level, code) => (kept.has(level) ? sum + counts[code]! : sum), 0)
    const unseen = cells.reduce((sum, cell) => (cell === UNSEEN_CODE ? sum + 1 : sum), 0)
    return [
      {
        step: 'one-hot',
        column: slot!.name,
        levels,
        // An unseen level is all zeros if training had no rare one: nothing could be learned for it.
        other: unseen > 0 || keptRows < present,
        missing: present + unseen < training.rows,
      },
    ]
  },
  describe: step =>
    `${step.column}: one column for each of ${step.levels.slice(0, 8).join(', ')}${step.levels.length > 8 ? ` and ${step.levels.length - 8} more` : ''}${step.other ? ', and one for all others' : ''}${step.missing ? ', and one for missing' : ''}.`,
  compile(step, program) {
    const slot = slotOf(program, step.column, step.step)
    const from = slot.register
    removeSlot(program, slot)
    const names = step.levels.map(level => `${step.column}=${level}`)
    const other = step.other ? names.push(`${step.column}=(other)`) - 1 : -1
    const missing = step.missing ? names.push(`${step.column}=(missing)`) - 1 : -1
    const first = addSlots(program, names)
    const place = new Map(step.levels.map((level, k) => [level, k]))
    const placeOfCode = Int32Array.from(slot.vocabulary ?? step.levels, level => place.get(level) ?? other)
    const width = names.length
    program.operations.push({
      reads: [from],
      writes: names.map((_, k) => first + k),
      texts: [],
      run({ numbers, rows }: Columns) {
        for (let k = 0; k < width; k++) numbers[first + k]!.fill(0)
        const codes = numbers[from]!
        for (let i = 0; i < rows; i++) {
          const code = codes[i]!
          const k = code >= 0 ? placeOfCode[code]! : code === UNSEEN_CODE ? other : missing
          if (k >= 0) numbers[first + k]![i] = 1
        }
      },
    })
  },
}

export const ordinal: Step<'ordinal'> & Fitted<'ordinal'> = {
  takes: ['category'],
  explain: step =>
    `${listNames(step.columns)}: a code per level, most frequent first; missing and never seen levels have none.`,
  effect: () => ({ becomes: 'number', codes: true }),
  fit(step, [slot], training) {
    const vocabulary = slot!.vocabulary ?? []
    const counts = countCodes(training.numbers(slot!), vocabulary.length)
    const enough = rareBelow(training.rows, step.minCount ?? RARE_LEVEL.ordinal)
    let levels = Math.min(vocabulary.length, step.maxCategories ?? MAX_LEVELS.ordinal)
    while (levels > 0 && counts[levels - 1]! < enough) levels--
    return [{ step: 'ordinal', column: slot!.name, levels }]
  },
  describe: step => `${step.column}: a code for each of ${step.levels} levels.`,
  compile(step, program) {
    const slot = slotOf(program, step.column, step.step)
    const { levels } = step
    slot.kind = 'number'
    replaceCells(program, slot, (codes, out, rows) => {
      for (let i = 0; i < rows; i++) {
        const code = codes[i]!
        out[i] = code >= 0 && code < levels ? code : Number.NaN
      }
    })
    slot.levels = levels
  },
}
