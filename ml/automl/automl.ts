import type { Trainer } from '../trainers/types.ts'

/** AutoML as listed with the trainers. It is not a `Trainer`, because it needs the table instead of a matrix; `trainPipeline` runs it. */
export const automl: Omit<Trainer, 'fit' | 'features'> = {
  id: 'automl',
  label: 'AutoML',
  summary: 'Tries many models in the time you give it, puts the best together and tells you why they won.',
  tasks: ['regression', 'binary', 'multiclass'],
  parameters: [
    {
      name: 'minutes',
      label: 'Minutes',
      help: 'Time for everything: trying, combining and training the chosen models again. More is rarely worse.',
      kind: 'number',
      default: 1,
      min: 0.1,
      max: 240,
      scale: 'log',
    },
    {
      name: 'trials',
      label: 'Settings at most',
      help: '0 goes by time alone. With a limit that is reached in time the same seed gives the same model.',
      kind: 'integer',
      default: 0,
      min: 0,
      max: 10_000,
    },
  ],
  defaultSettings: () => [
    { name: 'One minute', parameters: { minutes: 1 } },
    { name: 'Five minutes', parameters: { minutes: 5 } },
  ],
}
