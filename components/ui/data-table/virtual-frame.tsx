import { useVirtualizer } from '@tanstack/react-virtual'
import { type RefObject, useEffect } from 'react'
import { FrameView, ROW_HEIGHT, type TableFrameProps } from './frame-view.tsx'

/** A long table that draws what is in view. */
export function VirtualFrame({ frame, ...props }: TableFrameProps & { frame: RefObject<HTMLElement | null> }) {
  const { count, rowHeight = ROW_HEIGHT, onRange } = props
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => frame.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    initialRect: { width: 0, height: 640 },
  })
  const seen = virtual.getVirtualItems()
  const first = seen[0]?.index ?? 0
  const last = seen.at(-1)?.index ?? -1
  useEffect(() => onRange?.(first, last), [first, last, onRange])
  const above = seen[0]?.start ?? 0
  const below = virtual.getTotalSize() - (seen.at(-1)?.end ?? 0)
  return <FrameView {...props} frame={frame} window={{ first, last, above, below, measure: virtual.measureElement }} />
}
