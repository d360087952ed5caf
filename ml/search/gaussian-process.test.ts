import assert from 'node:assert/strict'
import test from 'node:test'
import { createRandom } from '../random.ts'
import { conditionProcess, fitHyperparameters, predictProcess, smoothed } from './gaussian-process.ts'

const close = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual}, not ${expected}`)

test("mean and deviation are scikit-learn's for the same kernel and noise", () => {
  const points = Array.from({ length: 9 }, (_, i) => Float64Array.of((i * 0.37) % 1, (i * 0.61 + 0.2) % 1))
  const values = Float64Array.from(points, ([x, y]) => Math.sin(5 * x!) + y! ** 2)
  const hyperparameters = { logLengths: Float64Array.of(Math.log(0.5), Math.log(1.5)), logNoise: Math.log(0.01) }
  const process = conditionProcess(points, values, [false, false], hyperparameters)
  // scikit-learn 1.9.1: Matern(nu=2.5), variance by maximum likelihood.
  for (const [x, y, mean, deviation] of [
    [0.3, 0.4, 1.3078310278169512, 0.21082834955681284],
    [0.95, 0.05, -0.9848367900133619, 0.10432369163186554],
  ]) {
    const predicted = predictProcess(process, Float64Array.of(x!, y!))
    close(predicted.mean, mean!, 1e-9)
    close(predicted.deviation, deviation!, 1e-9)
  }
  for (const [i, value] of smoothed(process, values).entries())
    close(value, predictProcess(process, points[i]!).mean, 1e-9)
})

test('length scales tell what matters from what does not, noise is found', () => {
  const random = createRandom(4)
  const points = Array.from({ length: 50 }, () => Float64Array.of(random.next(), random.next(), random.integer(2)))
  const values = Float64Array.from(points, ([x, , c]) => 1.5 * Math.sin(6 * x!) + c! + 0.05 * random.normal())
  const { logLengths, logNoise } = fitHyperparameters(points, values, [false, false, true], 40)
  assert.ok(logLengths[1]! > logLengths[0]! + 1)
  // The deviation of the noise is 1/20 of the process's or so.
  assert.ok(logNoise > Math.log(1e-4) && logNoise < Math.log(0.05), `${Math.exp(logNoise)}`)
  const process = conditionProcess(points, values, [false, false, true], { logLengths, logNoise })
  for (const x of [0.1, 0.5, 0.9])
    for (const c of [0, 1])
      close(predictProcess(process, Float64Array.of(x, 0.5, c)).mean, 1.5 * Math.sin(6 * x) + c, 0.2)
})

test('points without a dimension agree in it and are uncertain about points that have it', () => {
  const none = Number.NaN
  const points = [Float64Array.of(0.2, none), Float64Array.of(0.8, none), Float64Array.of(0.5, 0.5)]
  const lengths = { logLengths: Float64Array.of(0, Math.log(0.3)), logNoise: Math.log(1e-6) }
  const process = conditionProcess(points, Float64Array.of(1, 2, 9), [false, false], lengths)
  close(predictProcess(process, Float64Array.of(0.2, none)).mean, 1, 1e-3)
  close(predictProcess(process, Float64Array.of(0.5, 0.5)).mean, 9, 1e-3)
  const [near, far] = [none, 0.9].map(y => predictProcess(process, Float64Array.of(0.2, y)).deviation)
  assert.ok(far! > 5 * near!)
})

test('points that repeat do not break it', () => {
  const points = Array.from({ length: 20 }, (_, i) => Float64Array.of(i % 2))
  const values = Float64Array.from(points, (_, i) => i % 2)
  const process = conditionProcess(points, values, [false], fitHyperparameters(points, values, [false], 20))
  close(predictProcess(process, Float64Array.of(1)).mean, 1, 0.05)
  const constant = new Float64Array(20)
  const flat = conditionProcess(points, constant, [false], fitHyperparameters(points, constant, [false], 20))
  close(predictProcess(flat, Float64Array.of(0.3)).mean, 0, 1e-9)
})
