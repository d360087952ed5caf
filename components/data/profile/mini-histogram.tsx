const WIDTH = 72
const HEIGHT = 20

/** Sparkline of heights given as digits 0 to 9. */
export function MiniHistogram({ bars, spaced }: { bars: string; spaced: boolean }) {
  const step = WIDTH / Math.max(1, bars.length)
  const gap = spaced ? 3 : 1
  return (
    <svg width={WIDTH} height={HEIGHT} aria-hidden style={{ display: 'block' }}>
      {[...bars].map((digit, i) => {
        const tall = (Number(digit) / 9) * HEIGHT
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: bars have no other identity than their place
            key={i}
            x={i * step}
            y={HEIGHT - tall}
            width={Math.max(1, Math.min(12, step - gap))}
            height={tall}
            fill="var(--mantine-primary-color-filled)"
            opacity={0.85}
          />
        )
      })}
    </svg>
  )
}
