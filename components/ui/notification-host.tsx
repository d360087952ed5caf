import dynamic from 'next/dynamic'
import { useEffect, useState } from 'react'
import { NOTIFICATIONS_WANTED } from './notify.ts'

const Notifications = dynamic(() => import('@mantine/notifications').then(m => m.Notifications), { ssr: false })

/** Draws notifications from the first one on. */
export function NotificationHost() {
  const [wanted, setWanted] = useState(false)
  useEffect(() => {
    const want = () => setWanted(true)
    window.addEventListener(NOTIFICATIONS_WANTED, want)
    return () => window.removeEventListener(NOTIFICATIONS_WANTED, want)
  }, [])
  return wanted ? <Notifications position="bottom-right" /> : null
}
