import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { describeSchedule, SCHEDULES } from './describe-schedule.ts'

describe('descriptions of schedules', () => {
  for (const [cron, words] of [
    ['0 6 * * *', 'every day at 06:00'],
    ['30 4 * * 2', 'every Tuesday at 04:30'],
    ['5 * * * *', 'every hour at minute 5'],
    ['15 23 * * 1-5', 'every weekday at 23:15'],
    ['0 0 15 * *', 'on day 15 of every month at 00:00'],
    ['0 0 * * 7', 'every Sunday at 00:00'],
    ['*/5 * * * *', 'on cron */5 * * * *'],
    ['0 6 * 1 *', 'on cron 0 6 * 1 *'],
    ['0 6,18 * * *', 'on cron 0 6,18 * * *'],
  ] as const)
    it(cron, () => assert.equal(describeSchedule(cron), words))

  it('offered schedules keep their label', () => {
    for (const { cron, label } of SCHEDULES) assert.equal(describeSchedule(cron), label)
  })
})
