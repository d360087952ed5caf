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

export const SERIES_COLORS = [
  ACCENT,
  shade('color-orange', 8, 4),
  shade('color-teal', 8, 4),
  shade('color-grape', 7, 4),
  shade('color-cyan', 8, 4),
  shade('color-pink', 7, 4),
  shade('color-lime', 9, 4),
  shade('color-gray', 7, 5),
]

export const seriesColor = (i: number): string => SERIES_COLORS[i % SERIES_COLORS.length]!

/** The same color for text: nearer to the ink, so that small letters can be read. */
export const inkOf = (color: string): string => `color-mix(in srgb, ${color} 70%, var(--mantine-color-text))`
