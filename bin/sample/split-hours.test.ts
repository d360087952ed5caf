import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { csvRows } from './csv-rows.ts'
import { byMonth, hoursBetween, readHours, toCsv } from './split-hours.ts'

const file = await readFile(join(import.meta.dirname, '..', 'sample-data', 'bike-sharing-hourly.csv'), 'utf8')
const hours = readHours(file)

describe('the hours of the sample', () => {
  it('have one event time each, in order, and lose no column but the date', () => {
    assert.equal(hours.length, 17_379)
    assert.equal(new Set(hours.map(h => h.time)).size, hours.length)
    assert.deepEqual(
      hours.map(h => h.time),
      hours.map(h => h.time).sort(),
    )
    for (const hour of hours) assert.match(hour.time, /^201[12]-\d\d-\d\dT\d\d:00:00$/)
    const before = Object.keys(csvRows(file, 'f')[0]!).filter(c => c !== 'dteday')
    assert.deepEqual(Object.keys(hours[0]!), ['time', ...before])
  })

  it('fall into the year that is learnt from and the year that is asked about, without overlap', () => {
    const first = hoursBetween(hours, '2011', '2012')
    const second = hoursBetween(hours, '2012', '2013')
    assert.equal(first.length + second.length, hours.length)
    assert.equal(first.at(-1)!.time, '2011-12-31T23:00:00')
    assert.equal(second[0]!.time, '2012-01-01T00:00:00')
  })

  it('are twelve months of traffic', () => {
    const months = byMonth(hoursBetween(hours, '2012', '2013'))
    assert.deepEqual(
      months.map(([month]) => month),
      Array.from({ length: 12 }, (_, i) => `2012-${String(i + 1).padStart(2, '0')}`),
    )
    assert.equal(
      months.reduce((sum, [, list]) => sum + list.length, 0),
      hoursBetween(hours, '2012', '2013').length,
    )
  })

  it('read the same when written as CSV', () => {
    const some = hours.slice(0, 50)
    assert.deepEqual(csvRows(toCsv(some), 'f'), some)
  })
})
