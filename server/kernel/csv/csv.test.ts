import assert from 'node:assert/strict'
import { it } from 'node:test'
import { toCsv } from './contract.ts'

it('a spreadsheet reads no cell of an exported table as a formula', () => {
  const hostile = ['=HYPERLINK("http://x")', '+1+2', '-2+3', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1+1']
  const lines = toCsv(
    ['=name'],
    hostile.map(cell => [cell]),
  )
  assert.equal(lines.split('\r\n')[0], "'=name")
  for (const cell of hostile) assert.ok(lines.includes(`'${cell.replaceAll('"', '""')}`), cell)
})

it('numbers keep their sign, also as text', () => {
  assert.equal(toCsv(['a', 'b'], [[-1.5, '-2e-3']]), 'a,b\r\n-1.5,-2e-3\r\n')
})

it('separators, quotes and line breaks stay within their cell', () => {
  assert.equal(
    toCsv(['a'], [['x,y'], ['say "hi"'], ['two\nlines'], [null]]),
    'a\r\n"x,y"\r\n"say ""hi"""\r\n"two\nlines"\r\n\r\n',
  )
})
