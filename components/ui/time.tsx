'use client'
import { useEffect, useState } from 'react'
import { formatAgo } from './format.ts'

/** Relative in the text, exact in the viewer's zone on hover; the server, which knows neither, prints UTC. */
export function Time({ at }: { at: string | null }) {
  const [now, setNow] = useState<number>()
  // Restart for another instant: a new one may lie after the last tick.
  useEffect(() => {
    if (!at) return
    const tick = () => setNow(performance.timeOrigin + performance.now())
    tick()
    const timer = setInterval(tick, 30_000)
    return () => clearInterval(timer)
  }, [at])
  if (!at) return <span>–</span>
  const utc = `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`
  return (
    <time
      dateTime={at}
      title={now === undefined ? utc : new Date(at).toLocaleString()}
      style={{ whiteSpace: 'nowrap' }}
    >
      {now === undefined ? utc : formatAgo(at, now)}
    </time>
  )
}
