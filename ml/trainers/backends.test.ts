import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { backend } from './tensorflow.ts'

/** The batteries run on the backend that this machine prefers; where it has both, here they run on the other. */
test('networks pass their tests on the other backend too', async t => {
  const { name, reason } = await backend()
  if ((process.env.FLEXIML_TENSORFLOW ?? 'auto') !== 'auto')
    return t.skip('FLEXIML_TENSORFLOW leaves no choice of backend.')
  if (name !== 'tensorflow')
    return t.skip(`Only WebAssembly is here: ${reason}. \`npm run tensorflow-native\` adds the other.`)
  const battery = fileURLToPath(new URL('conformance.test.ts', import.meta.url))
  const flags = ['--disable-warning=ExperimentalWarning', '--test', '--test-reporter=tap', '--test-name-pattern=^mlp']
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const { status, stdout } = spawnSync(process.execPath, [...flags, battery], {
    env: { ...env, FLEXIML_TENSORFLOW: 'wasm' },
    encoding: 'utf8',
  })
  assert.equal(status, 0, stdout)
  assert.ok(Number(/^# pass (\d+)/m.exec(stdout)?.[1]) > 25, stdout)
})
