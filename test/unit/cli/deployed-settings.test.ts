import { afterEach, beforeEach, describe, expect, type Mock, test, vi } from 'vitest'
import { deployedSettings } from '../../../cli/deployed-settings.ts'
import type { DeployedSettings, SweepHistory } from '../../../lib/ports/sweep-log.ts'

const sweepsWith = (settings: DeployedSettings | undefined): SweepHistory => ({
  last: async () =>
    settings && {
      startedAtMs: 1,
      tookMs: 2,
      mode: 'run',
      caps: [],
      due: 0,
      announced: 0,
      released: 0,
      unreadable: 0,
      outOfTime: false,
      problems: [],
      ...settings,
    },
})
const recorded = { defaultTypes: ['BUSINESS_NAMES'], startRatePerSecond: 4 } as const
const ofNewStack = { defaultTypes: ['BUSINESS_DESCRIPTIONS'], startRatePerSecond: 9.8 }

let error: Mock<typeof console.error>
beforeEach(() => {
  error = vi.spyOn(console, 'error').mockImplementation(() => {})
})
afterEach(() => error.mockRestore())

describe('deployedSettings', () => {
  test('takes DefaultTypes and the Start rate from the record of the last sweep', async () => {
    expect(await deployedSettings(sweepsWith(recorded), {})).toEqual(recorded)
    expect(error).not.toHaveBeenCalled()
  })

  test('prefers the given flags', async () => {
    const given = { defaultTypes: ['BUSINESS_GLOSSARY_ASSOCIATIONS'], startRatePerSecond: 1 } as const
    expect(await deployedSettings(sweepsWith(recorded), given)).toEqual(given)
    expect(await deployedSettings(sweepsWith(undefined), given)).toEqual(given)
    expect(error).not.toHaveBeenCalled()
  })

  test.each([
    ['no sweep is recorded', undefined],
    ['an older version recorded the last sweep', {}],
  ])('returns the defaults of a new deployment, and prints a note, when %s', async (_, last) => {
    expect(await deployedSettings(sweepsWith(last), {})).toEqual(ofNewStack)
    expect(error).toHaveBeenCalledWith(expect.stringContaining('no sweep has recorded the settings'))
  })
})
