import { afterEach, describe, expect, test } from 'vitest'
import { isMoto } from '../../support/engines.ts'
import { fastSettings, type LocalSystem, openSystem } from '../../support/local-system.ts'
import { publishedEvent } from '../../support/requests.ts'

/** More than one page of List. */
const assets = Array.from({ length: 70 }, (_, index) => ({ id: `asset-${index}` }))

let system: LocalSystem | undefined
afterEach(() => system?.close())

describe.skipIf(isMoto)('a sweep of many runs', () => {
  test.each(['newest', 'random'] as const)(
    'finds every ending, whatever the order of List is: %s',
    async (listOrder) => {
      const opened = await openSystem({
        assets,
        settings: { ...fastSettings, START_RATE_PER_SECOND: '100' },
        datazone: {
          listOrder,
          failureShare: 0.1,
          partialShare: 0.1,
          startBucket: 100,
          startRatePerSecond: 100,
        },
      })
      system = opened
      for (const { id } of assets) opened.stack.publishServiceEvent(publishedEvent(id))
      await opened.sweepUntil(() => {
        const ids = new Set(opened.endings().map(({ metadata }) => metadata.id))
        expect(ids.size).toBe(assets.length)
      })
      const actualRuns = new Map(opened.control.runs().map((run) => [run.assetId, run]))
      expect(opened.control.runs()).toHaveLength(assets.length)
      for (const { data } of opened.endings()) {
        const run = actualRuns.get(data.asset?.id ?? '')
        expect(data).toMatchObject({ runId: run?.id, status: run?.ending })
      }
      // P11: at most about one Get for each run; List finds the rest.
      const { GetMetadataGenerationRun: gets = {} } = opened.control.calls().counts
      expect(gets['ok'] ?? 0).toBeLessThanOrEqual(1.1 * assets.length)
    },
  )
})
