import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { it } from 'node:test'

/** The lines that a process writes when it logs this. */
function linesOf(entry: object): string[] {
  const script = `
    import { createLogger } from ${JSON.stringify(new URL('./log.ts', import.meta.url).href)}
    createLogger('test', 'info').info(JSON.parse(process.argv[1]), 'entry')`
  const args = ['--input-type=module', '-e', script, JSON.stringify(entry)]
  return execFileSync(process.execPath, args, { encoding: 'utf8' }).trimEnd().split('\n')
}

it('a log line has no secrets, and what a client sends stays in its line', () => {
  const secret = 'flx_0123456789abcdef'
  const lines = linesOf({
    token: secret,
    password: secret,
    headers: { authorization: `Bearer ${secret}`, cookie: `a=${secret}` },
    connection: { secret },
    path: '/p/x\r\n{"level":"error","msg":"forged"}\u001b[2J',
  })
  assert.equal(lines.length, 1)
  assert.ok(!lines[0]!.includes(secret))
  assert.ok(!lines[0]!.includes('\u001b'))
  assert.equal(JSON.parse(lines[0]!).msg, 'entry')
})
