import { addSlot, addSlots, removeSlot, slotOf, textReader } from '../program.ts'
import { tokenize } from '../tokenize.ts'
import type { TextStatistic } from '../types.ts'
import { rareBelow } from '../vocabulary.ts'
import { type Fitted, listNames, type Step } from './step.ts'

const DEFAULT_TERMS = 100

/**
 * Term frequency × inverse document frequency (Salton; as scikit-learn's TfidfVectorizer): counts of words times ln((1 + rows) / (1 + rows
 * with the word)) + 1, each row scaled to length 1. A row without a known word, or without text, is all zeros.
 */
export const tfIdf: Step<'tf-idf'> & Fitted<'tf-idf'> = {
  takes: ['text', 'category'],
  explain: step =>
    `${listNames(step.columns)}: one column for each of the ${step.maxTerms ?? DEFAULT_TERMS} words that most rows have, weighed by how rare it is (TF-IDF).`,
  effect: step => (step.keep ? {} : { gone: step.columns }),
  fit(step, [slot], training) {
    const text = training.texts(slot!)
    const counts = new Map<string, number>()
    for (let i = 0; i < training.rows; i++) {
      const cell = text(i)
      if (cell === null) continue
      for (const word of new Set(tokenize(cell))) counts.set(word, (counts.get(word) ?? 0) + 1)
    }
    const enough = rareBelow(training.rows, step.minCount ?? 2)
    const kept = [...counts]
      .filter(([, rows]) => rows >= enough)
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
      .slice(0, step.maxTerms ?? DEFAULT_TERMS)
    return [
      {
        step: 'tf-idf',
        column: slot!.name,
        terms: kept.map(([word]) => word),
        idf: kept.map(([, rows]) => Math.log((1 + training.rows) / (1 + rows)) + 1),
        ...(step.keep ? { keep: true } : {}),
      },
    ]
  },
  describe: step =>
    `${step.column}: a weight for each of ${step.terms.length} words${step.terms.length > 0 ? ` (${step.terms.slice(0, 8).join(', ')}${step.terms.length > 8 ? ', …' : ''})` : ''}.`,
  compile(step, program) {
    const slot = slotOf(program, step.column, step.step)
    const reader = textReader(slot)
    if (!step.keep) removeSlot(program, slot)
    const width = step.terms.length
    const first = addSlots(
      program,
      step.terms.map(term => `${step.column}:${term}`),
    )
    const places = new Map(step.terms.map((term, k) => [term, k]))
    const { idf } = step
    const counts = new Float64Array(width)
    program.operations.push({
      reads: reader.reads,
      writes: step.terms.map((_, k) => first + k),
      texts: reader.texts,
      run(columns) {
        const { numbers, rows } = columns
        const text = reader.open(columns)
        for (let k = 0; k < width; k++) numbers[first + k]!.fill(0)
        for (let i = 0; i < rows; i++) {
          const cell = text(i)
          if (cell === null) continue
          const touched: number[] = []
          for (const word of tokenize(cell)) {
            const k = places.get(word)
            if (k === undefined) continue
            if (counts[k] === 0) touched.push(k)
            counts[k]! += 1
          }
          let squares = 0
          for (const k of touched) squares += (counts[k]! * idf[k]!) ** 2
          const length = Math.sqrt(squares)
          for (const k of touched) {
            numbers[first + k]![i] = (counts[k]! * idf[k]!) / length
            counts[k] = 0
          }
        }
      },
    })
  },
}

/** Share of a text's characters that match. */
const share = (pattern: RegExp) => (text: string) =>
  text.length === 0 ? 0 : (text.match(pattern)?.length ?? 0) / text.length

const STATISTICS: Record<TextStatistic, (text: string) => number> = {
  characters: text => text.length,
  words: text => wordCount(text),
  'word-length': text => {
    const words = wordCount(text)
    return words === 0 ? 0 : text.replace(/\s+/g, '').length / words
  },
  digits: share(/\p{Nd}/gu),
  capitals: share(/\p{Lu}/gu),
  punctuation: share(/\p{P}/gu),
}
const ALL = Object.keys(STATISTICS) as TextStatistic[]

const wordCount = (text: string) => text.match(/\S+/g)?.length ?? 0

const nameOf = (column: string, statistic: TextStatistic) => `${column}_${statistic.replace('-', '_')}`

export const textStatistics: Step<'text-statistics'> & Fitted<'text-statistics'> = {
  takes: ['text', 'category'],
  explain: step => `${listNames(step.columns)}: ${(step.statistics ?? ALL).join(', ').replace('-', ' ')} as numbers.`,
  effect: step => ({
    ...(step.keep ? {} : { gone: step.columns }),
    made: step.columns.flatMap(column => (step.statistics ?? ALL).map(statistic => nameOf(column, statistic))),
  }),
  fit: (step, [slot]) => [
    {
      step: 'text-statistics',
      column: slot!.name,
      statistics: step.statistics ?? ALL,
      ...(step.keep ? { keep: true } : {}),
    },
  ],
  describe: step => `${step.column}: ${step.statistics.join(', ').replace('-', ' ')} as numbers.`,
  compile(step, program) {
    const slot = slotOf(program, step.column, step.step)
    const reader = textReader(slot)
    if (!step.keep) removeSlot(program, slot)
    for (const statistic of step.statistics) {
      const measure = STATISTICS[statistic]
      const to = addSlot(program, nameOf(step.column, statistic))
      program.operations.push({
        reads: reader.reads,
        writes: [to],
        texts: reader.texts,
        run(columns) {
          const text = reader.open(columns)
          const out = columns.numbers[to]!
          for (let i = 0; i < columns.rows; i++) {
            const cell = text(i)
            out[i] = cell === null ? Number.NaN : measure(cell)
          }
        },
      })
    }
  },
}
