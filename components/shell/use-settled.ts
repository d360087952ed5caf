import { useEffect, useState } from 'react'

/** At the latest, on a machine that is never idle. */
const LATEST_MS = 4000

/**
 * False until the page stands: all of it has arrived and taken over what the server drew. News that came before would change what is
 * being taken over.
 */
export function useSettled(): boolean {
  const [settled, setSettled] = useState(false)
  useEffect(() => {
    let idle: number | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const settle = () => setSettled(true)
    const loaded = () => {
      // Safari has no idle callbacks.
      if ('requestIdleCallback' in window) idle = requestIdleCallback(settle, { timeout: LATEST_MS })
      else timer = setTimeout(settle, 500)
    }
    if (document.readyState === 'complete') loaded()
    else addEventListener('load', loaded, { once: true })
    return () => {
      removeEventListener('load', loaded)
      if (idle !== undefined) cancelIdleCallback(idle)
      clearTimeout(timer)
    }
  }, [])
  return settled
}
