import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isMoto } from '../../support/engines.ts'
import { type LocalSystem, openSystem } from '../../support/local-system.ts'
import { type Aftermath, assetsOf, checkCase, checkIds, crashCases, playCrashes } from './crash-cases.ts'

/**
 * After the claim, the sweep recovers the request. The template's visibility timeout of minutes is in force, so that
 * SQS does not redeliver the message of a killed worker during the test. With one message per batch, a crash affects
 * its own case only.
 */
const cases = crashCases.filter(({ point, when }) => point.step !== 'the claim' || when === 'after')

describe.skipIf(isMoto)('a worker that dies after the claim is in the table (P1 to P4)', () => {
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

  test('announces one event id per ending, and nothing after redelivery', () => checkIds(aftermath))

  test('rejects no request', async () => expect(await system.rejectedCopies()).toEqual([]))
})
