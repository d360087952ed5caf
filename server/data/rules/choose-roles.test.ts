import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ColumnRole, VersionColumn } from '../contract.ts'
import { chooseRoles } from './choose-roles.ts'

const column = (name: string, role: ColumnRole): VersionColumn => ({
  name,
  role,
  type: 'number',
  missing: 0,
  distinct: 9,
  nullable: false,
  reason: 'numbers',
})
const schema = [column('a', 'target'), column('b', 'feature'), column('c', 'ignore')]

describe('choose roles', () => {
  const cases: [string, { target?: string; time?: string }, ColumnRole[]][] = [
    ['nothing asked', {}, ['target', 'feature', 'ignore']],
    ['another target', { target: 'b' }, ['feature', 'target', 'ignore']],
    ['the same target', { target: 'a' }, ['target', 'feature', 'ignore']],
    ['target and time', { target: 'b', time: 'c' }, ['feature', 'target', 'time']],
  ]
  for (const [name, wishes, roles] of cases)
    it(name, () =>
      assert.deepEqual(
        chooseRoles(schema, wishes).map(c => c.role),
        roles,
      ),
    )

  it('a column that is not there is named with those that are', () =>
    assert.throws(() => chooseRoles(schema, { time: 'x' }), /no column “x” to use as the time/))
})
