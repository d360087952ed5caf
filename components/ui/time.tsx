'use client'
import { useEffect, useState } from 'react'
import { formatAgo } from './format.ts'

const two = (n: number) => String(n).padStart(2, '0')

/** `2026-11-29 17:03` in the viewer's zone, in ISO order in every language. */
const formatExact = (at: string): string => {
  const d = new Date(at)
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${two(d.getHours())}:${two(d.getMinutes())}`
}

const NO_BREAK = { whiteSpace: 'nowrap' } as const

/** Relative in the text, exact in the viewer's zone on hover; the server, which knows neither, prints UTC. */
export function Time({
  at,
  exact = false,
}: {
  at: string | null /** Shows the exact time before it. */
  exact?: boolean
}) {
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
      style={exact ? { whiteSpace: 'normal' } : NO_BREAK}
    >
      {now === undefined ? (
        utc
      ) : exact ? (
        <>
          <span style={NO_BREAK}>{formatExact(at)},</span> <span style={NO_BREAK}>{formatAgo(at, now)}</span>
        </>
      ) : (
        formatAgo(at, now)
      )}
    </time>
  )
}
