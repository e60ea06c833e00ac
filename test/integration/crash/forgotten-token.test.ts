import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isMoto } from '../../support/engines.ts'
import { fastSettings, type LocalSystem, openSystem } from '../../support/local-system.ts'
import { publishedEvent } from '../../support/requests.ts'
import { type Aftermath, assetsOf, checkCase, checkIds, crashCases, playCrashes } from './crash-cases.ts'
import { crashPoints } from './crash-points.ts'

/**
 * DataZone forgets a token before the lease of a killed worker ends, so only List shows whether its Start took effect.
 * The lease is longer here than in other tests, so that no live starter outlasts it, which is another assumption.
 */
const forgetful = { tokenMemoryMs: 300, listLagMs: 300 }
const settings = {
  ...fastSettings,
  LEASE_SECONDS: '3',
  TOKEN_MEMORY_SECONDS: '0.3',
  LIST_LAG_SECONDS: '0.3',
  START_EFFECT_SECONDS: '0.3',
}
const batch = { size: 1, windowSeconds: 0 }
const steps = ['the claim', 'Start', 'recording the run id']
/** Before the claim, no token was sent. After a lost answer, List finds the run, so no second Start follows. */
const excluded = new Set(['before the claim', 'after Start, lost'])
const cases = crashCases.filter(
  ({ point, when, lost }) =>
    steps.includes(point.step) &&
    !excluded.has(`${when} ${point.step}`) &&
    !excluded.has(`${when} ${point.step}, ${lost ? 'lost' : 'kept'}`),
)

describe.skipIf(isMoto)('a worker that dies and whose token DataZone forgets (P1 to P4)', () => {
  let system: LocalSystem
  let aftermath: Aftermath
  beforeAll(async () => {
    system = await openSystem({ assets: assetsOf(cases), taps: true, batch, settings, datazone: forgetful })
    aftermath = await playCrashes(system, cases)
  })
  afterAll(() => system?.close())

  for (const one of cases) test(one.name, () => checkCase(system, aftermath, one))

  test('announces one event id per ending, and nothing after redelivery', () => checkIds(aftermath))

  test('calls List before another Start', () => {
    const { ListMetadataGenerationRuns: lists = {} } = system.control.calls().counts
    expect(lists['ok']).toBeGreaterThanOrEqual(cases.length)
  })
})

describe.skipIf(isMoto)(
  'a worker that dies and whose token DataZone forgets sooner than the settings say',
  () => {
    let system: LocalSystem
    beforeAll(async () => {
      system = await openSystem({
        assets: [{ id: 'victim' }],
        taps: true,
        batch,
        settings: { ...settings, LEASE_SECONDS: '1', TOKEN_MEMORY_SECONDS: '600' },
        datazone: { ...forgetful, medianMs: 100 },
      })
    })
    afterAll(() => system?.close())

    test('leads to a second run, which shows that these tests detect one, and that P1 depends on the assumption', async () => {
      const start = crashPoints.find(({ step }) => step === 'Start')
      system.stack.tap({
        service: 'datazone',
        when: 'after',
        action: 'crash',
        match: (request) => start?.assetsAt(request).includes('victim') === true,
      })
      system.stack.publishServiceEvent(publishedEvent('victim'))
      await system.sweepUntil(() => expect(system.endingsOf('victim')).not.toEqual([]))
      expect(system.runsOf('victim')).toHaveLength(2)
    })
  },
)
