/** How many rows more or fewer than the version before. */
export const formatMoreRows = (more: number): string =>
  more === 0 ? 'as before' : `${more > 0 ? '+' : '−'}${Math.abs(more).toLocaleString('en')}`
