import { z } from 'zod'
import { defineTask } from '#server/platform/tasks/define-task.ts'
import type { MetricPoint, RunResult } from '#server/training/service.ts'
import type { TrainInput } from './tasks/train-input.ts'

/** Trains one model: reads a Parquet file, writes the packed model to a file. Emits metric points. */
export const trainTask = defineTask<TrainInput, RunResult, MetricPoint[]>({
  name: 'training',
  module: new URL('./tasks/train.ts', import.meta.url),
  // Both come from this very version of the code; the engine checks what matters.
  input: z.custom<TrainInput>(input => typeof input === 'object'),
  result: z.custom<RunResult>(result => typeof (result as RunResult | null)?.metrics === 'object'),
  memoryMb: 4096,
  // Typed arrays live outside of this heap.
  heapMb: memoryMb => Math.max(64, Math.floor(memoryMb * 0.8)),
  nice: 10,
  abort: 'signal',
  memoryHint: 'Leave out columns, take fewer rows or a smaller model, or raise TRAINING_MEMORY_MB.',
})
