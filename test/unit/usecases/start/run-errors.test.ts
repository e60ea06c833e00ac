import { describe, expect, test } from 'vitest'
import { refusalError, waitedTooLong } from '../../../../lib/usecases/start/run-errors.ts'
import { refused } from '../../../support/scripted-datazone.ts'

describe('the error of a record', () => {
  test('names the error of the service', () => {
    const { refusal } = refused('DENIED')
    expect(refusalError(refusal)).toEqual({ name: 'AccessDeniedException', message: 'DENIED for a test' })
  })

  test('cuts a long message', () => {
    const { refusal } = refused('INVALID', { message: 'x'.repeat(100_000) })
    expect(refusalError(refusal).message.length).toBeLessThan(2_000)
  })

  test('P9: names the error of the last try of a request that has waited too long', () => {
    expect(waitedTooLong().message).not.toContain('the last try')
    const { message } = waitedTooLong({ name: 'ThrottlingException', message: 'slow down' })
    expect(message).toContain('; the last try: ThrottlingException: slow down')
  })
})
