/** Refreshes in words; anything else is a pattern of five fields. */
export const SCHEDULES: { cron: string; words: string }[] = [
  { cron: '0 * * * *', words: 'every hour' },
  { cron: '0 6 * * *', words: 'every day at 06:00' },
  { cron: '0 6 * * 1-5', words: 'every weekday at 06:00' },
  { cron: '0 6 * * 1', words: 'every Monday at 06:00' },
  { cron: '0 6 1 * *', words: 'on the first of every month at 06:00' },
]

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

/** `30 4 * * 2` → "every Tuesday at 04:30"; what has no plain words stays a pattern. */
export function describeSchedule(cron: string): string {
  const known = SCHEDULES.find(s => s.cron === cron.trim().replace(/\s+/g, ' '))
  if (known) return known.words
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = cron.trim().split(/\s+/)
  if (!/^\d{1,2}$/.test(minute) || month !== '*') return `by the pattern ${cron}`
  const two = (text: string) => text.padStart(2, '0')
  if (hour === '*' && day === '*' && weekday === '*') return `every hour at minute ${Number(minute)}`
  if (!/^\d{1,2}$/.test(hour)) return `by the pattern ${cron}`
  const time = `${two(hour)}:${two(minute)}`
  if (day === '*' && weekday === '*') return `every day at ${time}`
  if (day === '*' && weekday === '1-5') return `every weekday at ${time}`
  if (day === '*' && /^[0-7]$/.test(weekday)) return `every ${DAYS[Number(weekday)]} at ${time}`
  if (/^\d{1,2}$/.test(day) && weekday === '*') return `on day ${Number(day)} of every month at ${time}`
  return `by the pattern ${cron}`
}
