import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { LiveToken } from '#server/access/service.ts'
import { sha256 } from '#server/kernel/ids.ts'
import { TokenBook } from './token-book.ts'

const NOW = 1_000_000
const token = (secret: string, over: Partial<LiveToken> = {}): LiveToken => ({
  hash: sha256(secret),
  projectId: 'p',
  slug: 'bikes',
  tokenId: 't',
  role: 'viewer',
  expiresAt: null,
  ...over,
})

function ask(
  tokens: LiveToken[],
  secret: string,
  permission: 'serving:predict' | 'serving:feedback' = 'serving:predict',
) {
  const book = new TokenBook('k'.repeat(32), async () => undefined)
  book.replace(tokens, NOW)
  return () => book.authorize(`Bearer ${secret}`, 'bikes', 'demand', permission, NOW)
}

describe('tokens at the inference server', () => {
  it('a predictor predicts and sends no feedback', () => {
    const tokens = [token('flx_a', { role: 'predictor' })]
    assert.equal(ask(tokens, 'flx_a')(), undefined)
    assert.throws(ask(tokens, 'flx_a', 'serving:feedback'), { code: 'forbidden' })
  })

  it('the endpoints of an archived project that was stopped answer nobody, and say why', () => {
    const stopped = [token('flx_a', { role: 'owner', stopped: true }), token('flx_b')]
    assert.throws(ask(stopped, 'flx_a'), { code: 'forbidden', message: /archived; its endpoints are stopped/ })
    assert.equal(ask(stopped, 'flx_b')(), undefined)
  })
})
