/** Schedules that are offered; any other is a cron expression. */
export const SCHEDULES: { cron: string; label: string }[] = [
  { cron: '0 * * * *', label: 'every hour' },
  { cron: '0 6 * * *', label: 'every day at 06:00' },
  { cron: '0 6 * * 1-5', label: 'every weekday at 06:00' },
  { cron: '0 6 * * 1', label: 'every Monday at 06:00' },
  { cron: '0 6 1 * *', label: 'on the first of every month at 06:00' },
]

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

/** `30 4 * * 2` → "every Tuesday at 04:30"; other expressions are returned as they are. */
export function describeSchedule(cron: string): string {
  const known = SCHEDULES.find(s => s.cron === cron.trim().replace(/\s+/g, ' '))
  if (known) return known.label
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = cron.trim().split(/\s+/)
  if (!/^\d{1,2}$/.test(minute) || month !== '*') return `on cron ${cron}`
  const two = (text: string) => text.padStart(2, '0')
  if (hour === '*' && day === '*' && weekday === '*') return `every hour at minute ${Number(minute)}`
  if (!/^\d{1,2}$/.test(hour)) return `on cron ${cron}`
  const time = `${two(hour)}:${two(minute)}`
  if (day === '*' && weekday === '*') return `every day at ${time}`
  if (day === '*' && weekday === '1-5') return `every weekday at ${time}`
  if (day === '*' && /^[0-7]$/.test(weekday)) return `every ${DAYS[Number(weekday)]} at ${time}`
  if (/^\d{1,2}$/.test(day) && weekday === '*') return `on day ${Number(day)} of every month at ${time}`
  return `on cron ${cron}`
}
