import { useDisclosure, useWindowEvent } from '@mantine/hooks'
import dynamic from 'next/dynamic'
import { NOTIFICATIONS_WANTED } from './notify.ts'

const Notifications = dynamic(() => import('@mantine/notifications').then(m => m.Notifications), { ssr: false })

/** Draws notifications from the first one on. */
export function NotificationHost() {
  const [wanted, { open }] = useDisclosure()
  useWindowEvent(NOTIFICATIONS_WANTED, open)
  return wanted ? <Notifications position="bottom-right" /> : null
}
