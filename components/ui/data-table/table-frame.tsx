import { lazy, Suspense, useEffect, useRef } from 'react'
import { FrameView, type TableFrameProps } from './frame-view.tsx'

/** From here on the table scrolls within itself under a fixed header, and only rows in view are in the document. */
const CAPPED_FROM = 40

// Most tables are short.
const VirtualFrame = lazy(() => import('./virtual-frame.tsx').then(m => ({ default: m.VirtualFrame })))

/** The rows of a table; of a long one only those in view. */
export function TableFrame(props: TableFrameProps) {
  const own = useRef<HTMLElement>(null)
  const frame = props.frameRef ?? own
  if (!props.alwaysVirtual && props.count <= CAPPED_FROM) return <ShortFrame {...props} frameRef={frame} />
  const last = Math.min(props.count, CAPPED_FROM) - 1
  return (
    <Suspense fallback={<FrameView {...props} frame={frame} window={{ first: 0, last, above: 0, below: 0 }} />}>
      <VirtualFrame {...props} frame={frame} />
    </Suspense>
  )
}

function ShortFrame({ onRange, frameRef, ...props }: TableFrameProps & Required<Pick<TableFrameProps, 'frameRef'>>) {
  const last = props.count - 1
  useEffect(() => onRange?.(0, last), [last, onRange])
  return <FrameView {...props} frame={frameRef} />
}
