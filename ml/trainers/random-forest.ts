import { createForestTrainer } from './forest-trainer.ts'

/** Breiman (2001): trees on rows drawn with replacement, each split among a few columns. */
export const randomForest = createForestTrainer({
  id: 'random-forest',
  label: 'Random forest',
  summary: 'Many deep trees on random rows and columns, averaged. Good without tuning, hard to overfit.',
  random: false,
})
