import { type PointerEvent, useState } from 'react'
import { ACCENT } from './colors.ts'
import type { Range } from './plot.ts'
import type { PlotLayer } from './plot-area.tsx'

/** A press that moves less is a click, in pixels. */
const LEAST_DRAG = 6

/** Over a plot: dragging chooses a range of x, a click one place. The keyboard's way to the same are the buttons beside the chart. */
export function RangeSelect({
  layer,
  x,
  onRange,
  onPick,
}: {
  layer: PlotLayer
  x: Range
  onRange: (from: number, to: number) => void
  onPick: (at: number) => void
}) {
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null)
  const { box } = layer
  const at = (event: PointerEvent<HTMLDivElement>) => {
    const frame = event.currentTarget.getBoundingClientRect()
    return Math.max(0, Math.min(box.width, event.clientX - frame.left))
  }
  const value = (px: number) => x.low + (px / box.width) * (x.high - x.low)
  const end = (event: PointerEvent<HTMLDivElement>) => {
    if (!drag) return
    const to = at(event)
    setDrag(null)
    if (Math.abs(to - drag.from) < LEAST_DRAG) onPick(value(to))
    else onRange(value(Math.min(drag.from, to)), value(Math.max(drag.from, to)))
  }
  return (
    <div
      aria-hidden
      style={{
        position: 'absolute',
        left: box.left,
        top: box.top,
        width: box.width,
        height: box.height,
        cursor: 'crosshair',
        touchAction: 'pan-y',
      }}
      onPointerDown={event => {
        event.currentTarget.setPointerCapture(event.pointerId)
        setDrag({ from: at(event), to: at(event) })
      }}
      onPointerMove={event => drag && setDrag({ from: drag.from, to: at(event) })}
      onPointerUp={end}
      onPointerCancel={() => setDrag(null)}
    >
      {drag ? (
        <div
          style={{
            position: 'absolute',
            left: Math.min(drag.from, drag.to),
            width: Math.abs(drag.to - drag.from),
            top: 0,
            bottom: 0,
            background: ACCENT,
            opacity: 0.15,
          }}
        />
      ) : null}
    </div>
  )
}
