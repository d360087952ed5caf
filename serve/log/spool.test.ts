import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { createLogger } from '#server/kernel/log.ts'
import { Spool, storable } from './spool.ts'

const log = createLogger('serve', 'silent')
const line = (n: number | string) => JSON.stringify({ n })
let folder: string
let stored: string[]
let refuse: (line: string) => Error | undefined
let spool: Spool | undefined
const open = () => {
  spool = new Spool({
    folder,
    log,
    async insert(lines) {
      const error = lines.map(refuse).find(Boolean) ?? (lines.length === 0 ? refuse('') : undefined)
      if (error) throw error
      for (const l of lines) if (!stored.includes(l)) stored.push(l)
    },
  })
  return spool
}
const away = () => Object.assign(new Error('away'), { code: 'ECONNREFUSED' })
const files = () => readdirSync(folder).filter(f => f.endsWith('.ndjson'))

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleximl-spool-'))
  stored = []
  refuse = () => undefined
})
afterEach(async () => {
  await spool?.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('spool', () => {
  it('a line lies in a file when append resolves, and the file goes when the database has it', async () => {
    const s = open()
    refuse = away
    await Promise.all([s.append([line(1), line(2)]), s.append([line(3)])])
    assert.equal(readFileSync(join(folder, files()[0]!), 'utf8'), `${[1, 2, 3].map(line).join('\n')}\n`)
    await assert.rejects(s.flush())
    assert.ok(s.databaseAway)
    refuse = () => undefined
    await s.flush()
    assert.deepEqual(stored, [1, 2, 3].map(line))
    assert.deepEqual([files(), s.waitingBytes, s.databaseAway], [[], 0, false])
  })
  it('what a killed process left is replayed, without the half line at its end', async () => {
    writeFileSync(join(folder, '1.ndjson'), `${line(1)}\n${line(2)}\n{"n":`)
    await open().flush()
    assert.deepEqual(stored, [line(1), line(2)])
    assert.deepEqual(files(), [])
  })
  it('one line that the database refuses does not hold up the others', async () => {
    const s = open()
    refuse = l => (l === line('bad') ? new Error('refused') : undefined)
    await s.append([line(1), line('bad'), line(2)])
    await s.flush()
    assert.deepEqual(stored, [line(1), line(2)])
    assert.equal(readFileSync(join(folder, 'refused.ndjson.txt'), 'utf8'), `${line('bad')}\n`)
  })
  it('when nothing can be written the request is refused in words', async () => {
    const s = open()
    rmSync(folder, { recursive: true })
    await assert.rejects(s.append([line(1)]), { code: 'unavailable', message: /could not be logged/ })
    assert.throws(() => s.requireRoom(), { code: 'unavailable' })
  })
  for (const [what, text, expected] of [
    ['NUL', 'a\u0000b', 'a\ufffdb'],
    ['two NULs', '\u0000\u0000', '\ufffd\ufffd'],
    ['half a surrogate pair', '\ud800x', '\ufffdx'],
    ['a whole pair', '😀', '😀'],
    ['the text \\u0000', '\\u0000', '\\u0000'],
    ['a backslash before NUL', '\\\u0000', '\\\ufffd'],
  ] as const)
    it(`${what} is storable`, () => assert.equal(JSON.parse(storable(JSON.stringify(text))), expected))
})
