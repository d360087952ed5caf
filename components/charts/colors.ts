/** Mantine's variables only, so that light, dark and the project's theme decide. */
const shade = (name: string, light: number, dark: number) =>
  `light-dark(var(--mantine-${name}-${light}), var(--mantine-${name}-${dark}))`

export const ACCENT = 'var(--mantine-primary-color-filled)'
/** For surfaces that text lies on. */
export const ACCENT_SURFACE = shade('primary-color', 5, 6)
export const MUTED = 'var(--mantine-color-dimmed)'
export const HAIRLINE = 'var(--mantine-color-default-border)'
export const SURFACE = 'var(--mantine-color-body)'
export const BAD = shade('color-red', 8, 5)

const SERIES = [
  ACCENT,
  shade('color-orange', 8, 4),
  shade('color-teal', 8, 4),
  shade('color-grape', 7, 4),
  shade('color-cyan', 8, 4),
  shade('color-pink', 7, 4),
  shade('color-lime', 9, 4),
  shade('color-gray', 7, 5),
]

export const seriesColor = (i: number): string => SERIES[i % SERIES.length]!

/** The same color for text: nearer to the ink, so that small letters can be read. */
export const inkOf = (color: string): string => `color-mix(in srgb, ${color} 70%, var(--mantine-color-text))`

/** One color per numbered thing on every page; two that would look alike move to the next free color. */
export function colorsOfNumbers(numbers: readonly number[]): string[] {
  const taken = new Set<number>()
  return numbers.map(number => {
    let i = Math.max(0, number - 1) % SERIES.length
    while (taken.has(i) && taken.size < SERIES.length) i = (i + 1) % SERIES.length
    taken.add(i)
    return SERIES[i]!
  })
}
