import type { ParameterDescriptor, Setting, Task } from './types.ts'

export const mlpParameters: ParameterDescriptor[] = [
  {
    name: 'hidden',
    label: 'Hidden layers',
    help: 'Units of each hidden layer, from input to output. Empty: no hidden layer, a linear model.',
    kind: 'list',
    default: [64, 32],
    min: 1,
    max: 4096,
    maxLength: 8,
    search: { choices: [[32], [64, 32], [128, 64], [256, 128], [128, 64, 32]] },
  },
  {
    name: 'learningRate',
    label: 'Learning rate',
    help: 'Step size. Lower it when the loss jumps, raise it when it crawls.',
    kind: 'number',
    default: 0.003,
    min: 1e-6,
    max: 1,
    scale: 'log',
    search: { low: 0.0003, high: 0.03 },
  },
  {
    name: 'optimiser',
    label: 'Optimizer',
    help: 'Adam finds its own step per weight. SGD with momentum needs a learning rate about ten times as large.',
    kind: 'choice',
    default: 'adam',
    options: [
      { value: 'adam', label: 'Adam' },
      { value: 'sgd', label: 'SGD with momentum' },
    ],
  },
  {
    name: 'momentum',
    label: 'Momentum',
    help: 'Share of the last step that SGD keeps; Adam does not use it.',
    kind: 'number',
    default: 0.9,
    min: 0,
    max: 0.999,
    applies: { when: { parameter: 'optimiser', is: 'sgd' } },
  },
  {
    name: 'schedule',
    label: 'Schedule',
    help: 'Cosine lowers the learning rate smoothly to zero over all epochs.',
    kind: 'choice',
    default: 'cosine',
    options: [
      { value: 'constant', label: 'Constant' },
      { value: 'cosine', label: 'Cosine' },
    ],
  },
  {
    name: 'warmUp',
    label: 'Warm-up',
    help: 'Share of all steps over which the learning rate first rises from zero.',
    kind: 'number',
    default: 0.05,
    min: 0,
    max: 0.5,
  },
  {
    name: 'epochs',
    label: 'Epochs',
    help: 'Passes over the training rows, at most.',
    kind: 'integer',
    default: 40,
    min: 1,
    max: 10_000,
    scale: 'log',
    search: { low: 10, high: 100 },
  },
  {
    name: 'batchSize',
    label: 'Batch size',
    help: 'Rows per step; 0 chooses by the number of rows (32 to 1024).',
    kind: 'integer',
    default: 0,
    min: 0,
    max: 65_536,
    special: [{ value: 0, label: 'auto' }],
  },
  {
    name: 'batchNorm',
    label: 'Batch normalization',
    help: 'Keeps the units of each hidden layer at mean 0 and deviation 1 within a batch: deep networks learn faster.',
    kind: 'boolean',
    default: false,
  },
  {
    name: 'residual',
    label: 'Residual',
    help: 'Adds the input of a hidden layer to its output where both are equally wide: more layers do no harm.',
    kind: 'boolean',
    default: false,
  },
  {
    name: 'dropout',
    label: 'Dropout',
    help: 'Share of hidden units switched off in each step, against overfitting.',
    kind: 'number',
    default: 0,
    min: 0,
    max: 0.9,
    scale: 'linear',
    search: { low: 0, high: 0.5 },
  },
  {
    name: 'weightDecay',
    label: 'Weight decay',
    help: 'Pulls weights towards zero, against overfitting.',
    kind: 'number',
    default: 0.0001,
    min: 0,
    max: 10,
    scale: 'log',
    search: { low: 1e-6, high: 0.1 },
  },
  {
    name: 'clip',
    label: 'Longest gradient',
    help: 'Longer gradients are shortened to this, so that no batch throws the weights far off; 0 for none.',
    kind: 'number',
    default: 5,
    min: 0,
    max: 1e6,
    special: [{ value: 0, label: 'unlimited' }],
  },
  {
    name: 'patience',
    label: 'Patience',
    help: 'Stops after this many epochs without a better validation loss and keeps the best weights; 0 never stops.',
    kind: 'integer',
    default: 10,
    min: 0,
    max: 10_000,
    special: [{ value: 0, label: 'off' }],
  },
]

/** Good starting points by the size of the data. */
export function mlpSettings(_task: Task, shape: { rows: number; cols: number }): Setting[] {
  const large = shape.rows >= 5000
  return [
    { name: 'Standard', parameters: large ? { hidden: [128, 64] } : { hidden: [64, 32], epochs: 80 } },
    { name: 'Small and quick', parameters: { hidden: [32], learningRate: 0.01, epochs: 20 } },
    { name: 'Regularized', parameters: { hidden: [128, 64], dropout: 0.2, weightDecay: 0.01, epochs: 60 } },
    { name: 'Deep', parameters: { hidden: [128, 64, 32], learningRate: 0.002, epochs: 60 } },
  ]
}

/** About thirty steps per epoch, between 32 and 1024 rows: per-step overhead dominates in TensorFlow.js. */
export function chooseBatchSize(rows: number): number {
  return Math.min(1024, Math.max(32, 2 ** Math.round(Math.log2(Math.max(1, rows) / 30))))
}
