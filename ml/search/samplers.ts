import { sampleCmaEs } from './cma-es.ts'
import { sampleGp } from './gp.ts'
import { sampleGrid } from './grid.ts'
import type { Sampler } from './history.ts'
import { completePoint } from './space.ts'
import { sampleTpe } from './tpe.ts'
import type { SamplerId } from './types.ts'

/** The registry of samplers. */
export const samplers: Record<SamplerId, Sampler> = {
  random: ({ space, random }) =>
    completePoint(space, new Float64Array(space.dimensions.length).fill(Number.NaN), random),
  grid: sampleGrid,
  tpe: sampleTpe,
  gp: sampleGp,
  'cma-es': sampleCmaEs,
}
