import { SERIES_COLORS } from '../ui/colors.ts'

/** One color per run on every page; two that would look alike move to the next free color. */
export function colorsOfNumbers(numbers: readonly number[]): string[] {
  const taken = new Set<number>()
  return numbers.map(number => {
    let i = Math.max(0, number - 1) % SERIES_COLORS.length
    while (taken.has(i) && taken.size < SERIES_COLORS.length) i = (i + 1) % SERIES_COLORS.length
    taken.add(i)
    return SERIES_COLORS[i]!
  })
}
