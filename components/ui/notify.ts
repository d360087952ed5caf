import type { NotificationData } from '@mantine/notifications'

/** Event that makes the layout draw notifications. */
export const NOTIFICATIONS_WANTED = 'fleximl-notifications-wanted'

/** Shows a short message over the page. The library is loaded with the first one. */
export async function notify(message: NotificationData): Promise<void> {
  window.dispatchEvent(new Event(NOTIFICATIONS_WANTED))
  const { notifications } = await import('@mantine/notifications')
  notifications.show(message)
}
