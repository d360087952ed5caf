import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { digestsFreed, digestsShared } from './free-bytes.ts'

const v = (digest: string, sourceDigest: string) => ({ digest, sourceDigest })
const leaving = (digest: string, sourceDigest: string, used = false) => ({ digest, sourceDigest, used })

describe('what a deletion frees', () => {
  const cases: [string, ReturnType<typeof leaving>[], ReturnType<typeof v>[], string[]][] = [
    ['file and source of a version that nothing shares', [leaving('a', 's')], [v('b', 't')], ['a', 's']],
    ['nothing that a version which stays has', [leaving('a', 's')], [v('a', 't'), v('b', 's')], []],
    ['a file that is its own source once', [leaving('a', 'a')], [], ['a']],
    ['the source, not the file, of a version that was used', [leaving('a', 's', true)], [], ['s']],
    ['what only leaving versions share', [leaving('a', 's'), leaving('b', 's')], [], ['a', 'b', 's']],
    ['nothing of a file that a used version has too', [leaving('a', 's', true), leaving('a', 't')], [], ['s', 't']],
  ]
  for (const [words, go, stay, freed] of cases)
    it(words, () => assert.deepEqual([...digestsFreed(go, stay)].sort(), freed))

  it('shared is what two versions have', () =>
    assert.deepEqual([...digestsShared([v('a', 's'), v('b', 's'), v('c', 'c')])], ['s']))
})
