import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isMoto } from '../../support/engines.ts'
import { type LocalSystem, openSystem } from '../../support/local-system.ts'
import { runRequest } from '../../support/requests.ts'
import { type Aftermath, assetsOf, checkCase, checkIds, crashCases, playCrashes } from './crash-cases.ts'
import { crashPoints } from './crash-points.ts'

/**
 * Until the claim is in the table, only the queue holds the request, so SQS must redeliver the message. The visibility
 * timeout is a few seconds here. With the template's batches, the rest of the killed worker's batch is redelivered,
 * too. One message per batch keeps receive counts low, because the wait after a lost answer grows with them.
 */
const wholeBatch = { size: 10, windowSeconds: 1 }
const oneByOne = { size: 1, windowSeconds: 0 }
const cases = crashCases.filter(({ point, when }) => point.step === 'the claim' && when === 'before')

for (const one of cases) {
  describe.skipIf(isMoto)('a worker that dies before the claim is in the table (P1 to P4)', () => {
    let system: LocalSystem
    let aftermath: Aftermath
    beforeAll(async () => {
      const batch = one.lost ? oneByOne : wholeBatch
      system = await openSystem({ assets: assetsOf([one]), taps: true, batch, visibilitySeconds: 3 })
      aftermath = await playCrashes(system, [one])
    })
    afterAll(() => system?.close())

    test(one.name, () => {
      checkCase(system, aftermath, one)
      checkIds(aftermath)
    })
  })
}

describe.skipIf(isMoto)('a worker that dies between the two runs of one request (P1, P2)', () => {
  const assetId = 'three-types'
  const claims = crashPoints.find(({ step }) => step === 'the claim')
  let system: LocalSystem
  beforeAll(async () => {
    system = await openSystem({ assets: [{ id: assetId }], taps: true, visibilitySeconds: 3 })
  })
  afterAll(() => system?.close())

  test('starts each run once', async () => {
    const crash = system.stack.tap({
      service: 'dynamodb',
      when: 'before',
      action: 'crash',
      match: (request) => claims?.assetsAt(request).includes(assetId) === true,
    })
    await system.send(
      runRequest(assetId, {
        types: ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES', 'BUSINESS_GLOSSARY_ASSOCIATIONS'],
      }),
    )
    await crash.done
    expect(await system.recordsOf(assetId)).toMatchObject([
      { state: 'PARKED', reason: 'BEHIND', types: ['BUSINESS_GLOSSARY_ASSOCIATIONS'] },
    ])
    await system.sweepUntil(() => expect(system.endingsOf(assetId)).toHaveLength(2))
    const types = system.runsOf(assetId).map((run) => run.types.join('+'))
    expect(types.toSorted()).toEqual([
      'BUSINESS_DESCRIPTIONS+BUSINESS_NAMES',
      'BUSINESS_GLOSSARY_ASSOCIATIONS',
    ])
    expect(await system.deadLetters()).toEqual([])
  })
})
