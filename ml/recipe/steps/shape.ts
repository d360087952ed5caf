import { fitYeoJohnson, signedLog1p, yeoJohnson } from '../power.ts'
import { replaceCells, slotOf } from '../program.ts'
import { presentOf, selectQuantiles } from '../statistics.ts'
import { type Fitted, listNames, type Step, shortNumber } from './step.ts'

const percent = (share: number) => `${Number((share * 100).toPrecision(4))} %`

export const clip: Step<'clip'> & Fitted<'clip'> = {
  takes: ['number'],
  explain: step =>
    `${listNames(step.columns)}: cells below the ${percent(step.lower ?? 0.01)} or above the ${percent(step.upper ?? 0.99)} quantile of the training rows become that quantile.`,
  effect: () => ({}),
  fit(step, [slot], training) {
    const column = slot!.name
    const present = presentOf(training.numbers(slot!))
    const { lower = 0.01, upper = 0.99 } = step
    if (present.length === 0) return [{ step: 'clip', column, low: -Number.MAX_VALUE, high: Number.MAX_VALUE }]
    const [low, high] = selectQuantiles(present, [lower, upper]) as [number, number]
    return [{ step: 'clip', column, low, high }]
  },
  describe: step => `${step.column}: kept between ${shortNumber(step.low)} and ${shortNumber(step.high)}.`,
  compile(step, program) {
    const { low, high } = step
    replaceCells(program, slotOf(program, step.column, step.step), (cells, out, rows) => {
      for (let i = 0; i < rows; i++) {
        const value = cells[i]!
        // Comparisons are false for NaN: a missing cell stays missing.
        out[i] = value < low ? low : Math.min(value, high)
      }
    })
  },
}

export const power: Step<'power'> & Fitted<'power'> = {
  takes: ['number'],
  explain: step =>
    step.method === 'log1p'
      ? `${listNames(step.columns)}: the logarithm of 1 + size, with the sign kept: long tails become short.`
      : `${listNames(step.columns)}: raised to the power that makes the training rows most like a normal distribution (Yeo–Johnson).`,
  effect: () => ({}),
  fit(step, [slot], training) {
    const column = slot!.name
    if (step.method === 'log1p') return [{ step: 'power', column, method: 'log1p' }]
    return [{ step: 'power', column, method: 'yeo-johnson', lambda: fitYeoJohnson(presentOf(training.numbers(slot!))) }]
  },
  describe: step =>
    step.method === 'log1p'
      ? `${step.column}: the logarithm of 1 + its size, with its sign.`
      : `${step.column}: Yeo–Johnson power ${shortNumber(step.lambda)}.`,
  compile(step, program) {
    const move = step.method === 'log1p' ? signedLog1p : (value: number) => yeoJohnson(value, step.lambda)
    replaceCells(program, slotOf(program, step.column, step.step), (cells, out, rows) => {
      for (let i = 0; i < rows; i++) {
        const moved = move(cells[i]!)
        // The power of a huge number may overflow.
        out[i] = moved - moved === 0 ? moved : Number.NaN
      }
    })
  },
}
