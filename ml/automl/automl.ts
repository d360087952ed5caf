import type { Trainer } from '../trainers/types.ts'

/** AutoML as listed with the trainers. It is not a `Trainer`, because it needs the table instead of a matrix; `trainPipeline` runs it. */
export const automl: Omit<Trainer, 'fit' | 'features'> = {
  id: 'automl',
  label: 'AutoML',
  summary: 'Tries many models within a time budget, combines the best ones and explains the choice.',
  tasks: ['regression', 'binary', 'multiclass'],
  parameters: [
    {
      name: 'minutes',
      label: 'Minutes',
      help: 'Total time for search, ensembling and retraining the chosen models. More is rarely worse.',
      kind: 'number',
      default: 1,
      min: 0.1,
      max: 240,
      scale: 'log',
    },
    {
      name: 'trials',
      label: 'Maximum trials',
      help: '0: limited by time only. If the limit is reached in time, the same seed gives the same model.',
      kind: 'integer',
      default: 0,
      min: 0,
      max: 10_000,
      special: [{ value: 0, label: 'unlimited' }],
    },
  ],
  defaultSettings: () => [
    { name: 'One minute', parameters: { minutes: 1 } },
    { name: 'Five minutes', parameters: { minutes: 5 } },
  ],
}
