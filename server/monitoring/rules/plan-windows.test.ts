import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DayCount } from '#server/serving/service.ts'
import { planWindows as plan, type WindowBasis } from './plan-windows.ts'

/** The plan with names in place of counts. */
function planWindows(counts: DayCount[], stored: WindowBasis[]) {
  const { changedMonths, changedDays, ...all } = plan(counts, stored)
  return { ...all, changedMonths: changedMonths.map(w => w.window), changedDays: changedDays.map(w => w.window) }
}

const counts: DayCount[] = [
  { day: '2012-01-31', rows: 24, labels: 20 },
  { day: '2012-02-01', rows: 24, labels: 0 },
  { day: '2012-02-02', rows: 10, labels: 1 },
]
const summaries = { rows: 0, columns: [], prediction: null }
const stored = (grain: string, window: string, rows: number, labels: number): WindowBasis => ({
  grain,
  window,
  basis: { v: 1, rows, labels, ...(grain === 'month' ? { summaries } : {}) },
})
const all: WindowBasis[] = [
  stored('month', '2012-01', 24, 20),
  stored('month', '2012-02', 34, 1),
  stored('day', '2012-01-31', 24, 20),
  stored('day', '2012-02-01', 24, 0),
  stored('day', '2012-02-02', 10, 1),
]

describe('windows that a check measures again', () => {
  it('are all windows at first', () => {
    assert.deepEqual(planWindows(counts, []), {
      months: ['2012-01', '2012-02'],
      days: ['2012-01-31', '2012-02-01', '2012-02-02'],
      changedMonths: ['2012-01', '2012-02'],
      changedDays: ['2012-01-31', '2012-02-01', '2012-02-02'],
    })
  })
  it('are none when nothing arrived', () => {
    const { changedMonths, changedDays } = planWindows(counts, all)
    assert.deepEqual([changedMonths, changedDays], [[], []])
  })
  it('are those that a late label reached', () => {
    const late = counts.map(c => (c.day === '2012-02-01' ? { ...c, labels: 5 } : c))
    const { changedMonths, changedDays } = planWindows(late, all)
    assert.deepEqual([changedMonths, changedDays], [['2012-02'], ['2012-02-01']])
  })
  it('include a month whose days changed in opposite directions', () => {
    const moved = counts.map(c => (c.day.startsWith('2012-02') ? { ...c, rows: 17 } : c))
    const { changedMonths, changedDays } = planWindows(moved, all)
    assert.deepEqual([changedMonths, changedDays], [['2012-02'], ['2012-02-01', '2012-02-02']])
  })
  it('include windows that an earlier version of the code stored', () => {
    const old = all.map(w => (w.window === '2012-01' ? { ...w, basis: null } : w))
    assert.deepEqual(planWindows(counts, old).changedMonths, ['2012-01'])
  })
  it('keep days for two months and months for ever', () => {
    const long = Array.from({ length: 100 }, (_, i) => ({
      day: new Date(Date.UTC(2012, 0, 1 + i)).toISOString().slice(0, 10),
      rows: 1,
      labels: 0,
    }))
    const plan = planWindows(long, [])
    assert.deepEqual([plan.days.length, plan.days[0], plan.months.length], [62, '2012-02-08', 4])
  })
})
