import { afterAll, beforeAll, expect, test } from 'vitest'
import { isMoto } from '../../support/engines.ts'
import { eventually } from '../../support/eventually.ts'
import { fastSettings, type LocalSystem, openSystem } from '../../support/local-system.ts'
import { runRequest } from '../../support/requests.ts'

const assets = Array.from({ length: 6 }, (_, index) => `listless-${index}`)

let system: LocalSystem
beforeAll(async () => {
  system = await openSystem({
    assets: assets.map((id) => ({ id })),
    // No hint arrives, so only sweeps find the endings.
    datazone: { eventLostShare: 1, failureShare: 0 },
    // Long enough that no sweep repeats a Start whose answer comes late on a busy machine.
    settings: { ...fastSettings, START_TIMEOUT_SECONDS: '10', LEASE_SECONDS: '30' },
  })
})
afterAll(() => system?.close())

test.skipIf(isMoto)(
  'P6: announces every ending while List is refused, and reports it once per sweep in log and metric',
  async () => {
    await system.send(...assets.map((id) => runRequest(id)))
    // List is needed for a Start whose answer was lost, so it is refused from here on.
    await eventually(async () =>
      expect((await system.recordsOf(...assets)).map(({ state }) => state)).toEqual(
        assets.map(() => 'IN_FLIGHT'),
      ),
    )
    system.control.setFaults([
      { kind: 'error', error: 'AccessDeniedException', operation: 'ListMetadataGenerationRuns' },
    ])
    await system.sweepUntil(() => {
      const endings = system.endingsOf(...assets)
      expect(endings.map(({ data }) => data.status)).toEqual(assets.map(() => 'SUCCEEDED'))
    })
    const refused = /List was refused: read \d+ runs with Get instead/g
    const swept = system.lines.filter(({ line }) => refused.test(line))
    expect(swept.length).toBeGreaterThan(0)
    for (const { line } of swept) expect(line.match(refused)).toHaveLength(1)
    const counted = system.lines.flatMap(
      ({ line }) => /"sweep-read-without-list":(\d+)/.exec(line)?.[1] ?? [],
    )
    expect(counted.map(Number).filter((count) => count > 0)).toHaveLength(swept.length)
  },
)
