import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { seriesColor } from '../ui/colors.ts'
import { colorsOfNumbers } from './run-colors.ts'

describe('one color per run', () => {
  it('stays the same in every selection unless two would look alike', () => {
    assert.deepEqual(colorsOfNumbers([3]), [seriesColor(2)])
    assert.deepEqual(colorsOfNumbers([1, 3]), [seriesColor(0), seriesColor(2)])
    assert.deepEqual(colorsOfNumbers([1, 9]), [seriesColor(0), seriesColor(1)])
  })
})
