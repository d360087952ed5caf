/** Reads a made table, trains gbdt once and tells the peak of its resident memory: `node train-trees.ts FILE ROWS COLS TRAIN_ROWS`. */
import { readFileSync } from 'node:fs'
import { getTrainer } from '../../ml/node.ts'

const [file, rows, cols, train] = [process.argv[2]!, ...process.argv.slice(3).map(Number)] as [
  string,
  number,
  number,
  number,
]
const bytes = readFileSync(file)
const cells = new Float32Array(bytes.buffer, bytes.byteOffset, rows * (cols + 1))
await getTrainer('gbdt').fit({
  x: {
    names: Array.from({ length: cols }, (_, c) => `x${c}`),
    rows: train,
    cols,
    data: cells.subarray(0, train * cols),
  },
  y: Float64Array.from(cells.subarray(rows * cols, rows * cols + train)),
  task: 'binary',
  classCount: 2,
  parameters: { trees: 100, learningRate: 0.1, maxLeaves: 255, maxDepth: 8, minChildSamples: 20 },
  seed: 1,
  threads: 2,
  signal: new AbortController().signal,
  report: () => {},
  now: () => performance.now(),
})
const peak = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]!
process.stdout.write(peak)
process.exit(0)
