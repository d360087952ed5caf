import assert from 'node:assert/strict'
import { it } from 'node:test'
import { TokenUses } from './token-uses.ts'

it('a token that is used all the time is written once a minute, with its last use', () => {
  const uses = new TokenUses()
  let writes = 0
  let last = 0
  for (let ms = 0; ms <= 600_000; ms += 100) {
    uses.note('a', ms)
    if (ms % 2000 === 0)
      for (const use of uses.take(ms)) {
        writes++
        last = use.at
      }
  }
  assert.equal(writes, 11)
  assert.equal(last, 600_000)
  // What was used since is written later, also when nobody uses it any more, and at the end.
  uses.note('a', 600_100)
  assert.deepEqual(uses.take(602_000), [])
  assert.deepEqual(uses.take(660_000), [{ tokenId: 'a', at: 600_100 }])
  uses.note('a', 661_000)
  assert.deepEqual(uses.take(661_000, true), [{ tokenId: 'a', at: 661_000 }])
  assert.deepEqual(uses.take(900_000), [])
})

it('a use that could not be written is written next time, and a revoked token is forgotten', () => {
  const uses = new TokenUses()
  uses.note('a', 1000)
  uses.putBack(uses.take(1000))
  assert.deepEqual(uses.take(3000), [{ tokenId: 'a', at: 1000 }])
  uses.note('a', 70_000)
  uses.note('b', 70_000)
  uses.keepOnly(new Set(['b']))
  assert.deepEqual(uses.take(70_000), [{ tokenId: 'b', at: 70_000 }])
})
