import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { requireServable, versionMay } from './decide-version.ts'
import { parseModelRef } from './parse-model-ref.ts'
import { decideCases, refCases } from './rules.cases.ts'

describe('registry rules', () => {
  for (const [text, expected] of refCases)
    it(`${JSON.stringify(text)} ${expected ? 'names a model' : 'is refused'}`, () => {
      if (expected) assert.deepEqual(parseModelRef(text), expected)
      else assert.throws(() => parseModelRef(text), { code: 'bad_request' })
    })
  for (const [state, action, may] of decideCases)
    it(`a version that is ${state} may${may ? '' : ' not'} ${action}`, () =>
      assert.equal(versionMay(state, action), may))
  it('a version that cannot be served says why', () =>
    assert.throws(() => requireServable('m', 2, { kind: 'none', reason: 'It is a pickle.' }), /It is a pickle/))
})
