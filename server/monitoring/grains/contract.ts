export const VERDICTS = ['ok', 'warn', 'alert', 'unknown'] as const
export type Verdict = (typeof VERDICTS)[number]
export const GRAINS = ['month', 'day'] as const
