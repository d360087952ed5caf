import assert from 'node:assert/strict'
import test from 'node:test'
import type { Matrix } from '../matrix.ts'
import { createRandom } from '../random.ts'
import { chooseBins, codeMatrix } from './bins.ts'
import { findEdges } from './edges.ts'
import { createArena } from './memory.ts'
import { startWorkerThreads } from './node-threads.ts'
import { createThreadPool, registerTreeThreads } from './thread-pool.ts'

registerTreeThreads(startWorkerThreads)

const random = createRandom(3)
const ROWS = 9000
const COLS = 7
const MADE: ((i: number) => number)[] = [
  () => random.normal(),
  () => -1e30 * random.next() ** 9,
  i => [0, -0, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 5][i % 5]!,
  i => (i % 3 === 0 ? Number.NaN : random.normal() * 1e-40),
  () => 7,
  i => i % 11,
  () => Math.floor(random.next() * 400),
]
const single = Float32Array.from({ length: ROWS * COLS }, (_, k) => MADE[k % COLS]!(Math.floor(k / COLS)))
const levels = [0, 0, 0, 0, 0, 11, 400]
const names = levels.map((_, c) => `x${c}`)
const none = async () => {}

async function binsBy(data: Matrix['data'], threads: number) {
  const arena = createArena()
  const workshop = { arena, pool: createThreadPool(arena, threads) }
  try {
    const features = chooseBins(data, ROWS, COLS, c => levels[c]!, workshop)
    return await codeMatrix({ names, rows: ROWS, cols: COLS, data, levels }, features, none, workshop)
  } finally {
    workshop.pool.close()
  }
}

test('edges are those of the sorted cells', () => {
  const features = chooseBins(single, ROWS, COLS, c => levels[c]!)
  for (let c = 0; c < 5; c++) {
    const cells = Float64Array.from({ length: ROWS }, (_, i) => single[i * COLS + c]!)
    assert.deepEqual(features[c]!.edges, findEdges(cells.filter(cell => !Number.isNaN(cell)).sort()))
  }
})

test('single and double precision, one thread and three make the same bins', async () => {
  const first = await binsBy(single, 1)
  for (const [data, threads] of [
    [Float64Array.from(single), 1],
    [single, 3],
    [Float64Array.from(single), 3],
  ] as const) {
    assert.deepEqual(await binsBy(data, threads), first)
  }
  assert.deepEqual(first.missing, [false, false, false, true, false, false, false])
})
