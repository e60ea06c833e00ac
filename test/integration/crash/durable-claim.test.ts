import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LocalSystem, openSystem } from '../../support/local-system.ts'
import { type Aftermath, assetsOf, checkCase, checkIds, crashCases, playCrashes } from './crash-cases.ts'

/**
 * From the claim on, recovery is the sweep's: the template's visibility timeout of minutes stays, so that no message of
 * a killed worker comes back while the test runs. One message a batch: a crash kills the worker of its own case only.
 */
const cases = crashCases.filter(({ point, when }) => point.step !== 'the claim' || when === 'after')

describe('a worker dies once the claim is in the table (P1 to P4)', () => {
  let system: LocalSystem
  let aftermath: Aftermath
  beforeAll(async () => {
    system = await openSystem({
      assets: assetsOf(cases),
      taps: true,
      batch: { size: 1, windowSeconds: 0 },
      datazone: { failureShare: 0.2 },
    })
    aftermath = await playCrashes(system, cases)
  })
  afterAll(() => system?.close())

  for (const one of cases) test(one.name, () => checkCase(system, aftermath, one))

  test('announces as many ids as there are endings, and no more after redelivery', () => checkIds(aftermath))

  test('rejects nothing', async () => expect(await system.rejectedCopies()).toEqual([]))
})
