import { z } from 'zod'
import { defineJob } from '#server/platform/define-job.ts'
import { CALIBRATIONS, CLASS_WEIGHTS, SPLITS, thresholdChoice } from './contract.ts'

export const trainRunJob = defineJob({
  name: 'training.train-run',
  lane: 'compute',
  payload: z.object({
    v: z.literal(1),
    runId: z.uuid(),
    /** Columns that this run leaves out. */
    ignore: z.array(z.string()),
    split: z.enum(SPLITS),
    /** A saved recipe whose steps come before the usual ones. */
    recipeVersionId: z.uuid().optional(),
    classWeights: z.enum(CLASS_WEIGHTS).optional(),
    calibration: z.enum(CALIBRATIONS).optional(),
    threshold: thresholdChoice.optional(),
    /** ISO 8601; a run that has not begun by then ends as cancelled. */
    notAfter: z.string().optional(),
  }),
  // A crash of the training process, or a lost worker, is made up for once.
  attemptsAllowed: 2,
})
export type TrainRunPayload = z.infer<typeof trainRunJob.payload>
