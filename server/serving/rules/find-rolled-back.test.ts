import assert from 'node:assert/strict'
import { it } from 'node:test'
import { findRolledBack } from './find-rolled-back.ts'

const history = (...switches: string[]) =>
  switches.map(s => ({
    action: s.startsWith('-') ? 'rollback' : 'promote',
    model: 'm',
    version: Number(s.replace('-', '')),
  }))

it('a version is rolled back until it serves again', () => {
  const cases: [string[], number | null][] = [
    [[], null],
    [['1'], null],
    [['2', '1'], null],
    [['-1', '2', '1'], 2],
    [['2', '-1', '2', '1'], null],
    [['3', '-1', '2', '1'], 2],
    [['-1', '-2', '3', '2', '1'], 3],
  ]
  for (const [switches, expected] of cases)
    assert.equal(findRolledBack(history(...switches)), expected, switches.join(' '))
})
