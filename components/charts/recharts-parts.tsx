import { type PointerEvent, useState } from 'react'
import { Rectangle, usePlotArea, useXAxisInverseScale, useXAxisScale } from 'recharts'
import type { Cell } from './align-series.ts'
import { ACCENT, MUTED } from './colors.ts'

/** A press that moves less is a click, in pixels. */
const LEAST_DRAG = 6

/** Over a plot: dragging chooses a range of x, a click one place. */
export function DragRange({
  onRange,
  onPick,
}: {
  onRange: (from: number, to: number) => void
  onPick?: (at: number) => void
}) {
  const area = usePlotArea()
  const invert = useXAxisInverseScale()
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null)
  if (!area || !invert) return null
  const at = (event: PointerEvent<SVGRectElement>) =>
    area.x + Math.max(0, Math.min(area.width, event.clientX - event.currentTarget.getBoundingClientRect().left))
  const end = (event: PointerEvent<SVGRectElement>) => {
    if (!drag) return
    const to = at(event)
    setDrag(null)
    const [low, high] = [Number(invert(Math.min(drag.from, to))), Number(invert(Math.max(drag.from, to)))]
    if (Math.abs(to - drag.from) < LEAST_DRAG) onPick?.(low)
    else if (high > low) onRange(low, high)
  }
  return (
    <>
      <rect
        {...area}
        fill="transparent"
        style={{ cursor: 'crosshair', touchAction: 'pan-y' }}
        onPointerDown={event => {
          event.currentTarget.setPointerCapture(event.pointerId)
          setDrag({ from: at(event), to: at(event) })
        }}
        onPointerMove={event => drag && setDrag({ from: drag.from, to: at(event) })}
        onPointerUp={end}
        onPointerCancel={() => setDrag(null)}
      />
      {drag ? (
        <rect
          x={Math.min(drag.from, drag.to)}
          y={area.y}
          width={Math.abs(drag.to - drag.from)}
          height={area.height}
          fill={ACCENT}
          opacity={0.15}
          pointerEvents="none"
        />
      ) : null}
    </>
  )
}

/** Between two gaps a line has no length: a dot shows that something was measured. */
export function LoneDot({
  cx,
  cy,
  index = 0,
  color,
  name,
  data,
}: {
  cx?: number
  cy?: number
  index?: number
  color: string
  name: string
  data: Record<string, unknown>[]
}) {
  const missing = (i: number) => (data[i]?.[name] ?? null) === null
  return !missing(index) && missing(index - 1) && missing(index + 1) ? (
    <circle cx={cx} cy={cy} r={2.2} fill={color} />
  ) : null
}

/** A bar from one end of its bin to the other, which may differ in width; the second series is an outline. */
export function BinBar({
  bin,
  outlined,
  y,
  height,
  fill,
}: {
  bin: Cell
  outlined: boolean
  y?: number | string
  height?: number | string
  fill?: string
}) {
  const scale = useXAxisScale()
  if (!bin || bin.from === undefined || !scale) return null
  const [left, right] = [Number(scale(bin.from)), Number(scale(bin.to))]
  const style = outlined ? { fillOpacity: 0.12, stroke: fill, strokeWidth: 1.5 } : { fillOpacity: 0.85 }
  return (
    <Rectangle
      x={left + 0.5}
      y={Number(y)}
      width={Math.max(0.5, right - left - 1)}
      height={Number(height)}
      fill={fill}
      {...style}
    />
  )
}

/** The value of a bar, in a column at the right: the bar itself may be short or negative. */
export function BarText({ top, height, text }: { top: number; height: number; text: string }) {
  const area = usePlotArea()
  return area ? (
    <text x={area.x + area.width + 8} y={top + height / 2} dy="0.35em" fontSize={12} fill={MUTED}>
      {text}
    </text>
  ) : null
}
