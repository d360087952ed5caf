import { z } from 'zod'
import { defineJob } from '#server/platform/define-job.ts'
import { CALIBRATIONS, CLASS_WEIGHTS, SPLITS, thresholdChoice } from './contract.ts'

export const trainRunJob = defineJob({
  name: 'training.train-run',
  lane: 'compute',
  payload: z.object({
    v: z.literal(1),
    runId: z.uuid(),
    /** Columns that this run ignores. */
    ignore: z.array(z.string()),
    split: z.enum(SPLITS),
    /** A saved recipe whose steps come before the default ones. */
    recipeVersionId: z.uuid().optional(),
    classWeights: z.enum(CLASS_WEIGHTS).optional(),
    calibration: z.enum(CALIBRATIONS).optional(),
    threshold: thresholdChoice.optional(),
    /** The positive one of two classes; absent: the last of the sorted ones. */
    positive: z.string().optional(),
    /** ISO 8601; a run that has not started by then ends as cancelled. */
    notAfter: z.string().optional(),
  }),
  // Retries once after a crash of the training process or a lost worker.
  attemptsAllowed: 2,
})
export type TrainRunPayload = z.infer<typeof trainRunJob.payload>
