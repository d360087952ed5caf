import { type PointerEvent, useState } from 'react'
import { Rectangle, type RectangleProps, usePlotArea, useXAxisInverseScale, useXAxisScale } from 'recharts'
import { ACCENT } from '../ui/colors.ts'
import type { Cell } from './align-series.ts'

/** A press that moves less is a click, in pixels. */
const LEAST_DRAG = 6

/** Over a plot: dragging chooses a range of x, a click one place. */
export function DragRange({
  onRange,
  onPick,
}: {
  onRange: (from: number, to: number) => void
  onPick: (at: number) => void
}) {
  const area = usePlotArea()
  const invert = useXAxisInverseScale()
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null)
  if (!area || !invert) return null
  const at = ({ clientX, currentTarget }: PointerEvent<SVGRectElement>) =>
    area.x + Math.max(0, Math.min(area.width, clientX - currentTarget.getBoundingClientRect().left))
  const [left, right] = drag ? [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)] : [0, 0]
  const end = () => {
    setDrag(null)
    if (right - left >= LEAST_DRAG) onRange(Number(invert(left)), Number(invert(right)))
    else if (drag) onPick(Number(invert(left)))
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
        onPointerMove={event => drag && setDrag({ ...drag, to: at(event) })}
        onPointerUp={end}
        onPointerCancel={() => setDrag(null)}
      />
      <rect {...area} x={left} width={right - left} fill={ACCENT} opacity={0.15} pointerEvents="none" />
    </>
  )
}

/** A bar from one end of its bin to the other, which may differ in width; further series are outlines. */
export function BinBar({
  bin,
  color,
  outlined,
  ...bar
}: Omit<RectangleProps, 'fill'> & { bin: Cell | undefined; color: string | undefined; outlined: boolean }) {
  const scale = useXAxisScale()
  const [left, right] = [bin?.from, bin?.to].map(x => (x === undefined ? Number.NaN : Number(scale?.(x))))
  // Before the axis has a scale there is no place yet.
  if (!Number.isFinite(left! + right!) || !Number.isFinite(bar.height)) return null
  const style = outlined ? { fillOpacity: 0.12, stroke: color, strokeWidth: 1.5 } : { fillOpacity: 0.85 }
  const place = { x: left! + 0.5, width: Math.max(0.5, right! - left! - 1) }
  return <Rectangle y={bar.y} height={bar.height} fill={color} {...style} {...place} />
}
