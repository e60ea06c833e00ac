import { describe, expect, test } from 'vitest'
import { attemptStep } from '../../../../lib/usecases/sweep/attempt-step.ts'

describe('attemptStep', () => {
  test('reports a failure with its step, and does not throw', async () => {
    const problems: string[] = []
    const report = (problem: string) => problems.push(problem)
    await attemptStep('release', report, async () => {})
    await attemptStep('announce', report, () => Promise.reject(new Error('bus down')))
    expect(problems).toEqual([expect.stringMatching(/^announce: .*bus down/)])
  })
})
