import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type ColumnFacts, guessTime, inferColumn, noteColumn } from './infer-column.ts'

const facts = (change: Partial<ColumnFacts>): ColumnFacts => ({
  name: 'c',
  sqlType: 'BIGINT',
  rows: 1000,
  missing: 0,
  distinct: 50,
  min: 0,
  max: 49,
  meanLength: null,
  levels: [],
  counting: false,
  ...change,
})

describe('infer column', () => {
  const cases: [string, Partial<ColumnFacts>, string, string][] = [
    ['whole numbers', {}, 'integer', 'feature'],
    ['decimals', { sqlType: 'DOUBLE' }, 'number', 'feature'],
    ['a row counter', { distinct: 1000, counting: true }, 'id', 'id'],
    ['unique whole numbers that do not count', { distinct: 1000 }, 'integer', 'feature'],
    ['unique words', { sqlType: 'VARCHAR', distinct: 1000, meanLength: 8 }, 'id', 'id'],
    ['unique sentences', { sqlType: 'VARCHAR', distinct: 1000, meanLength: 80 }, 'text', 'feature'],
    ['few words', { sqlType: 'VARCHAR', distinct: 3, meanLength: 4 }, 'category', 'feature'],
    ['dates', { sqlType: 'DATE', distinct: 365 }, 'datetime', 'feature'],
    ['one value', { distinct: 1 }, 'constant', 'ignore'],
    ['nothing at all', { distinct: 0, missing: 1000 }, 'constant', 'ignore'],
    ['true and false', { sqlType: 'BOOLEAN', distinct: 2 }, 'boolean', 'feature'],
  ]
  for (const [name, change, type, role] of cases)
    it(`${name} → ${type}, ${role}`, () => {
      const column = inferColumn(facts(change))
      assert.deepEqual([column.type, column.role], [type, role])
      assert.ok(column.reason)
    })

  it('the target and time that were asked for, and what a person decided, stick', () => {
    assert.equal(inferColumn(facts({}), { target: 'c' }).role, 'target')
    assert.equal(inferColumn(facts({ sqlType: 'TIMESTAMP' }), { time: 'c' }).role, 'time')
    const decided = new Map([['c', { name: 'c', type: 'category' as const, role: 'ignore' as const }]])
    assert.deepEqual(
      [inferColumn(facts({}), { decided }).type, inferColumn(facts({}), { decided }).role],
      ['category', 'ignore'],
    )
  })

  it('a decision that the new bytes cannot follow is dropped', () => {
    const decided = new Map([['c', { name: 'c', type: 'number' as const, role: 'feature' as const }]])
    assert.equal(inferColumn(facts({ sqlType: 'VARCHAR', distinct: 3, meanLength: 4 }), { decided }).type, 'category')
  })

  it('the only dates are the time; with two nobody guesses', () => {
    const date = (name: string) => inferColumn(facts({ name, sqlType: 'DATE', distinct: 365 }))
    const number = inferColumn(facts({ name: 'n' }))
    assert.deepEqual(
      guessTime([number, date('a')]).map(c => c.role),
      ['feature', 'time'],
    )
    assert.deepEqual(
      guessTime([date('a'), date('b')]).map(c => c.role),
      ['feature', 'feature'],
    )
    assert.equal(guessTime([number, date('a')], { time: 'n' })[1]!.role, 'feature')
  })

  it('an offset makes an instant, none a wall clock', () => {
    assert.equal(inferColumn(facts({ sqlType: 'TIMESTAMP WITH TIME ZONE' })).clock, 'instant')
    assert.equal(inferColumn(facts({ sqlType: 'TIMESTAMP' })).clock, 'wall-clock')
  })

  it('warns of words that mean missing', () => {
    const f = facts({ sqlType: 'VARCHAR', distinct: 3, meanLength: 4, levels: ['Private', '?'] })
    assert.deepEqual(noteColumn(inferColumn(f), f), [
      { code: 'missing-lookalikes', facts: { column: f.name, words: ['?'] } },
    ])
  })

  it('warns of categories that differ only by case or white space', () => {
    const lookalikes = (levels: string[]) => {
      const f = facts({ sqlType: 'VARCHAR', distinct: levels.length, meanLength: 6, levels })
      return noteColumn(inferColumn(f), f)
    }
    assert.deepEqual(lookalikes(['High', 'New  York', 'high', 'low', 'New York', 'HIGH']), [
      {
        code: 'lookalike-levels',
        facts: {
          column: 'c',
          pairs: [
            ['High', 'high'],
            ['New  York', 'New York'],
            ['High', 'HIGH'],
          ],
          total: 3,
        },
      },
    ])
    assert.deepEqual(
      lookalikes(['YES', 'yes', 'No', 'no']).map(n => n.facts),
      [
        {
          column: 'c',
          pairs: [
            ['YES', 'yes'],
            ['No', 'no'],
          ],
          total: 2,
        },
      ],
    )
    assert.deepEqual(lookalikes(['High', 'Highs', 'low']), [])
    const many = lookalikes(Array.from({ length: 20 }, (_, i) => (i % 2 ? `LEVEL ${i - 1}` : `level ${i}`)))
    assert.deepEqual(
      many.map(n => n.code === 'lookalike-levels' && [n.facts.pairs.length, n.facts.total]),
      [[5, 10]],
    )
  })
})
