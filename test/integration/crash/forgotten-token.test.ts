import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { briskSettings, type LocalSystem, openSystem } from '../../support/local-system.ts'
import { publishedEvent } from '../../support/requests.ts'
import { type Aftermath, assetsOf, checkCase, checkIds, crashCases, playCrashes } from './crash-cases.ts'
import { crashPoints } from './crash-points.ts'

/**
 * DataZone forgets a token before the lease of a killed worker ends: only a look by List can tell whether its Start took
 * effect. The lease is longer here, so that no starter that lives can be slower than it: that is assumed too.
 */
const forgetful = { tokenMemoryMs: 300, listLagMs: 300 }
const settings = {
  ...briskSettings,
  LEASE_SECONDS: '3',
  TOKEN_MEMORY_SECONDS: '0.3',
  LIST_LAG_SECONDS: '0.3',
  START_EFFECT_SECONDS: '0.3',
}
const batch = { size: 1, windowSeconds: 0 }
const steps = ['the claim', 'Start', 'recording the run id']
/** Before the claim no token is out. A lost answer is followed by a look that finds the run, so no Start comes after it. */
const left = new Set(['before the claim', 'after Start, lost'])
const cases = crashCases.filter(
  ({ point, when, lost }) =>
    steps.includes(point.step) &&
    !left.has(`${when} ${point.step}`) &&
    !left.has(`${when} ${point.step}, ${lost ? 'lost' : 'kept'}`),
)

describe('a worker dies, and DataZone forgets the token (P1 to P4)', () => {
  let system: LocalSystem
  let aftermath: Aftermath
  beforeAll(async () => {
    system = await openSystem({ assets: assetsOf(cases), taps: true, batch, settings, datazone: forgetful })
    aftermath = await playCrashes(system, cases)
  })
  afterAll(() => system?.close())

  for (const one of cases) test(one.name, () => checkCase(system, aftermath, one))

  test('announces as many ids as there are endings, and no more after redelivery', () => checkIds(aftermath))

  test('looked by List before another Start', () => {
    const { ListMetadataGenerationRuns: lists = {} } = system.control.calls().counts
    expect(lists['ok']).toBeGreaterThanOrEqual(cases.length)
  })
})

describe('a worker dies, and DataZone forgets the token sooner than the settings say', () => {
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

  test('makes a second run: these tests can see one, and P1 does rest on the assumption', async () => {
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
})
