import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Servable, VersionState } from '../contract.ts'
import { requirePromotion } from '../rules/require-promotion.ts'
import { decidePromotion, type PromotionCode, promotionMessage } from './contract.ts'

const native: Servable = { kind: 'native', digest: 'a'.repeat(64) }
const pickle: Servable = { kind: 'none', reason: 'It is a pickle.' }

describe('whether a version may be promoted', () => {
  for (const [state, servable, isChampion, code, allowed] of [
    ['ready', native, false, 'possible', true],
    ['ready', native, true, 'already_serving', true],
    ['ready', pickle, false, 'not_servable', false],
    ['ready', pickle, true, 'not_servable', false],
    ['archived', native, false, 'archived', false],
    ['archived', pickle, true, 'archived', false],
  ] as [VersionState, Servable, boolean, PromotionCode, boolean][])
    it(`${state}, ${servable.kind}${isChampion ? ', in force' : ''}: ${code}`, () => {
      const decision = decidePromotion({ version: { state, servable }, isChampion })
      assert.deepEqual([decision.code, decision.allowed], [code, allowed])
    })

  it('the message names the version and the reason', () => {
    const decision = decidePromotion({ version: { state: 'ready', servable: pickle } })
    assert.match(promotionMessage(decision, 'demand v2').message, /^demand v2 cannot be served: It is a pickle\.$/)
  })

  it('an archived version is a conflict with what is possible; one that cannot be served is invalid', () => {
    const version = { name: 'demand', number: 2 }
    assert.throws(() => requirePromotion({ ...version, state: 'archived', servable: native }), {
      code: 'conflict',
      message: 'demand v2 is archived; it cannot be promoted.',
      hint: 'Possible now: restore.',
    })
    assert.throws(() => requirePromotion({ ...version, state: 'ready', servable: pickle }), { code: 'invalid' })
    requirePromotion({ ...version, state: 'ready', servable: native })
  })
})
