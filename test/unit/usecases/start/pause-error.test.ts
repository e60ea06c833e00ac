import { describe, expect, test } from 'vitest'
import { pauseError } from '../../../../lib/usecases/start/pause-error.ts'

describe('pauseError', () => {
  test('names the operator and the reason of the pause', () => {
    expect(pauseError({ pausedBy: 'ana', reason: 'migration' })).toEqual({
      name: 'Paused',
      message: 'paused by ana: migration',
    })
  })

  test('names an operator and no reason when both are unknown', () => {
    expect(pauseError({}).message).toBe('paused by an operator: no reason given')
  })
})
