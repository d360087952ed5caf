import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fieldsOf } from '../ui/schema-form/read-fields.ts'
import { initialValues } from '../ui/schema-form/values.ts'
import {
  choicesFor,
  describeDetected,
  hintsFor,
  isWorthALook,
  mendsFor,
  optionsFor,
  readingForm,
  readingOf,
  readingValues,
} from './reading-form.ts'

describe('reading options of an upload', () => {
  it('a file has the inputs of its kind, and blank ones are no options', () => {
    const shown = (name: string) => {
      const fields = fieldsOf(readingForm, hintsFor(optionsFor(name)))
      return fields.filter(f => !f.hidden).map(f => f.name)
    }
    assert.deepEqual(shown('a.CSV.gz'), ['encoding', 'delimiter', 'skipLines', 'skipBadLines'])
    assert.deepEqual(shown('a.xlsx'), ['sheet', 'skipLines'])
    assert.deepEqual(shown('a.ndjson'), ['encoding', 'flatten'])
    assert.deepEqual(shown('a.parquet'), [])
    const fields = fieldsOf(readingForm)
    assert.deepEqual(readingOf(initialValues(fields)), {})
    const set = { delimiter: '\t', skipLines: 0, flatten: true, sheet: 'B' }
    assert.deepEqual(readingOf(initialValues(fields, readingValues(set))), set)
    assert.equal(readingOf({ skipLines: 5000 }), undefined)
  })

  it('sheets that are known are chosen, not typed', () => {
    const [sheet] = fieldsOf(readingForm, hintsFor(['sheet'], { sheet: 'A', otherSheets: ['B'] }))
    assert.deepEqual(sheet?.kind === 'choice' && sheet.options.map(o => o.value), ['A', 'B'])
  })

  it('what a preview found opens the section and is offered', () => {
    assert.equal(isWorthALook({ skippedLines: 1 }, null), false)
    for (const found of [{ otherSheets: ['B'] }, { nested: ['user'] }, { encoding: 'windows-1252' }])
      assert.equal(isWorthALook(found, null), true)
    assert.equal(isWorthALook(undefined, { option: 'skipLines' }), true)
    assert.deepEqual(mendsFor({ option: 'skipBadLines', value: 1 }), [
      { label: 'Skip 1 bad line', change: { skipBadLines: 1 } },
    ])
    assert.deepEqual(mendsFor({ option: 'skipBadLines' })[0]?.change, { skipBadLines: 1000 })
    const found = { sheet: 'A', otherSheets: ['B'], nested: ['user'] }
    assert.deepEqual(
      choicesFor(found, {}).map(c => c.change),
      [{ sheet: 'B' }, { flatten: true }],
    )
    assert.equal(describeDetected(found), 'sheet “A” · 1 nested column as JSON')
    assert.equal(describeDetected({}), undefined)
  })
})
