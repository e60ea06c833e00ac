import { expect, test } from 'vitest'
import { scheduleEvent } from '../../../local/schedule-event.ts'

const origin = { region: 'eu-west-1', account: '0' }
const atMs = Date.parse('2026-01-02T03:04:05.678Z')

test("returns Scheduler's standard event for a target without input", () => {
  expect(scheduleEvent({ arn: 'arn:s', input: undefined }, atMs, origin)).toMatchObject({
    source: 'aws.scheduler',
    'detail-type': 'Scheduled Event',
    time: '2026-01-02T03:04:05Z',
    resources: ['arn:s'],
    detail: '{}',
    ...origin,
  })
})

test("returns the target's input with Scheduler's keywords replaced", () => {
  const input =
    '{"at":"<aws.scheduler.scheduled-time>","by":"<aws.scheduler.schedule-arn>","n":<aws.scheduler.attempt-number>}'
  expect(scheduleEvent({ arn: 'arn:s', input }, atMs, origin)).toEqual({
    at: '2026-01-02T03:04:05Z',
    by: 'arn:s',
    n: 1,
  })
})
