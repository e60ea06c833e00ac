import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sampleDomainId } from '../../../../../local/catalogue/catalogue.ts'
import { errorOf, glue, otherGlue, outputOf, salesProject, testWorld } from '../test-world.ts'

const hour = 3_600_000
const midnight = Date.UTC(2023, 10, 15)

describe('data source runs', () => {
  test('moves from requested to running to ended, as Get shows at every moment', () => {
    const world = testWorld({ lineageMs: 5000 })
    const { id } = outputOf(world.startSource(glue))
    const [truth] = world.control.dataSourceRuns()
    if (truth === undefined) throw new Error('no data source run was started')
    const seenAt = (ms: number) => {
      world.clock.ms = ms
      const run = outputOf(world.getSource(id))
      return [
        run.status,
        run.startedAt?.getTime(),
        run.stoppedAt?.getTime(),
        run.updatedAt.getTime(),
        run.lineageSummary?.importStatus,
        run.runStatisticsForAssets !== undefined,
      ]
    }
    const { createdAtMs, runningFromMs, endsAtMs, lineageEndsAtMs } = truth
    expect(seenAt(runningFromMs - 1)).toEqual([
      'REQUESTED',
      undefined,
      undefined,
      createdAtMs,
      undefined,
      false,
    ])
    const running = ['RUNNING', runningFromMs, undefined, runningFromMs, 'IN_PROGRESS', false]
    expect(seenAt(runningFromMs)).toEqual(running)
    expect(seenAt(endsAtMs - 1)).toEqual(running)
    const ended = ['SUCCESS', runningFromMs, endsAtMs, endsAtMs, 'IN_PROGRESS', true]
    expect(seenAt(endsAtMs)).toEqual(ended)
    expect(seenAt(lineageEndsAtMs - 1)).toEqual(ended)
    expect(seenAt(lineageEndsAtMs)).toEqual([
      'SUCCESS',
      runningFromMs,
      endsAtMs,
      lineageEndsAtMs,
      'SUCCESS',
      true,
    ])
  })

  test('shows the input of a run in Get, and all but its domain and snapshot in List', () => {
    const world = testWorld()
    const started = outputOf(world.startSource(glue))
    expect(started).toMatchObject({
      domainId: sampleDomainId,
      dataSourceId: glue,
      projectId: salesProject,
      type: 'PRIORITIZED',
      status: 'REQUESTED',
      createdAt: new Date(world.clock.ms),
      updatedAt: new Date(world.clock.ms),
    })
    expect(JSON.parse(started.dataSourceConfigurationSnapshot)).toEqual({ name: glue, configuration: {} })
    world.clock.ms += hour
    const {
      domainId: _domain,
      dataSourceConfigurationSnapshot: _snapshot,
      ...rest
    } = outputOf(world.getSource(started.id))
    expect(outputOf(world.listSource(glue)).items).toEqual([rest])
    expect(outputOf(world.listSource(otherGlue)).items).toEqual([])
  })

  test('adds every table in the first run, accounts for each in later ones, and explains failures', () => {
    const ended = (settings: object) => {
      const world = testWorld(settings)
      return Array.from({ length: 3 }, () => {
        const { id } = outputOf(world.startSource(glue))
        world.clock.ms += hour
        return outputOf(world.getSource(id))
      })
    }
    const sum = (statistics: object | undefined): number =>
      Object.values(statistics ?? {}).reduce((total: number, count) => total + Number(count), 0)
    const good = ended({ seed: 3 })
    expect(good.map((run) => [run.status, sum(run.runStatisticsForAssets), run.errorMessage])).toEqual(
      good.map(() => ['SUCCESS', 10, undefined]),
    )
    expect(good.map((run) => (run.runStatisticsForAssets?.added ?? 0) > 0)).toEqual([true, false, false])
    for (const run of ended({ partialShare: 1 })) {
      expect(run).toMatchObject({
        status: 'PARTIALLY_SUCCEEDED',
        lineageSummary: { importStatus: 'PARTIALLY_SUCCEEDED' },
      })
      expect([sum(run.runStatisticsForAssets), (run.runStatisticsForAssets?.failed ?? 0) > 0]).toEqual([
        10,
        true,
      ])
    }
    for (const run of ended({ failureShare: 1 })) {
      expect(run).toMatchObject({
        status: 'FAILED',
        errorMessage: { errorType: expect.stringMatching(/_EXCEPTION$/), errorDetail: expect.any(String) },
        lineageSummary: { importStatus: 'FAILED' },
      })
      expect(sum(run.runStatisticsForAssets)).toBe(0)
    }
    const active = testWorld({ failureShare: 1 })
    expect(outputOf(active.startSource(glue)).errorMessage).toBeUndefined()
    expect(ended({ lineageFailureShare: 1 })[0]).toMatchObject({
      status: 'SUCCESS',
      lineageSummary: { importStatus: 'FAILED' },
    })
  })

  test('fails no table of a source without tables', () => {
    const world = testWorld({ partialShare: 1 })
    const source = { id: 'empty', projectId: 'p', name: 'Empty', tables: 0 }
    const projects = [{ id: 'p', name: 'P' }]
    world.control.loadCatalogue({
      domains: [{ id: sampleDomainId, projects, assets: [], dataSources: [source] }],
    })
    const { id } = outputOf(world.startSource('empty'))
    world.clock.ms += hour
    expect(outputOf(world.getSource(id)).runStatisticsForAssets).toMatchObject({ added: 0, failed: 0 })
  })

  test('ends a run in an unknown status, or never, when the settings say so', () => {
    const statusOf = (shares: object) => {
      const world = testWorld(shares)
      const { id } = outputOf(world.startSource(glue))
      world.clock.ms += 1e12
      return outputOf(world.getSource(id)).status
    }
    expect(statusOf({ unknownStatusShare: 1 })).toBe('AWAITING_REVIEW')
    expect(statusOf({ stuckShare: 1 })).toBe('RUNNING')
  })

  test('returns the same run for a repeated clientToken, and refuses the token for another source', () => {
    const world = testWorld()
    const first = world.startSource(glue, { clientToken: 'token' })
    world.clock.ms += 600_000
    expect(world.startSource(glue, { clientToken: 'token' })).toEqual(first)
    expect(errorOf(world.startSource(otherGlue, { clientToken: 'token' }))).toBe('ValidationException')
    world.clock.ms += 1
    expect(outputOf(world.startSource(glue, { clientToken: 'token' })).id).not.toBe(outputOf(first).id)
  })

  test('keeps the tokens of metadata runs and data source runs apart', () => {
    const world = testWorld()
    world.start('tpcds_store_sales', { clientToken: 'token' })
    expect(errorOf(world.startSource(glue, { clientToken: 'token' }))).toBe('ok')
  })

  test('allows one active run per data source, unless the setting is off', () => {
    const world = testWorld()
    world.startSource(glue)
    expect(errorOf(world.startSource(glue))).toBe('ConflictException')
    expect(errorOf(world.startSource(otherGlue))).toBe('ok')
    world.clock.ms = world.control.dataSourceRuns()[0]?.endsAtMs ?? 0
    expect(errorOf(world.startSource(glue))).toBe('ok')
    world.control.changeSettings({ conflictBeforeToken: true })
    const token = { clientToken: 'token' }
    expect([world.startSource(otherGlue, token), world.startSource(otherGlue, token)].map(errorOf)).toEqual([
      'ok',
      'ConflictException',
    ])
    const lenient = testWorld({ conflictWhileRunning: false })
    expect([lenient.startSource(glue), lenient.startSource(glue)].map(errorOf)).toEqual(['ok', 'ok'])
  })

  test('limits a source to 25 runs per UTC day, without counting replays', () => {
    const world = testWorld({ conflictWhileRunning: false })
    world.clock.ms = midnight - hour
    const starts = (count: number) =>
      Array.from({ length: count }, (_, index) => {
        world.clock.ms += 50
        return errorOf(world.startSource(glue, { clientToken: `${index}` }))
      })
    expect(new Set(starts(25))).toEqual(new Set(['ok']))
    expect(new Set(starts(25))).toEqual(new Set(['ok']))
    expect(world.control.dataSourceRuns()).toHaveLength(25)
    expect(errorOf(world.startSource(glue))).toBe('ServiceQuotaExceededException')
    expect(errorOf(world.startSource(otherGlue))).toBe('ok')
    world.clock.ms = midnight - 1
    expect(errorOf(world.startSource(glue))).toBe('ServiceQuotaExceededException')
    world.clock.ms = midnight
    expect(errorOf(world.startSource(glue))).toBe('ok')
  })

  test('allows twenty data source Starts at once, whatever the rate of metadata runs', () => {
    const world = testWorld()
    const outcomes = Array.from({ length: 21 }, () => errorOf(world.startSource('nothing')))
    expect(outcomes.filter((outcome) => outcome === 'ThrottlingException')).toHaveLength(1)
    expect(errorOf(world.start('tpcds_store_sales'))).toBe('ok')
  })

  test('answers ResourceNotFoundException for anything that does not exist', () => {
    const world = testWorld()
    const elsewhere = { domainIdentifier: 'dzd_elsewhere' }
    expect(
      [
        world.startSource('nothing'),
        world.startSource(glue, elsewhere),
        world.getSource('nothing'),
        world.listSource('nothing'),
        world.getSource(outputOf(world.startSource(glue)).id, elsewhere),
      ].map(errorOf),
    ).toEqual(Array.from({ length: 5 }, () => 'ResourceNotFoundException'))
  })

  test('starts a scheduled run as another user, within the daily limit and one at a time', () => {
    const world = testWorld({ dataSourceRunsPerDay: 2 })
    world.clock.ms = midnight
    const source = { domainId: sampleDomainId, dataSourceId: glue }
    const truth = world.control.startScheduledRun(source)
    expect(truth).toMatchObject({ dataSourceId: glue, type: 'SCHEDULED', status: 'REQUESTED' })
    expect(outputOf(world.getSource(truth.id))).toMatchObject({ type: 'SCHEDULED', projectId: salesProject })
    expect(errorOf(world.startSource(glue))).toBe('ConflictException')
    expect(() => world.control.startScheduledRun(source)).toThrow(/ConflictException: Run/)
    world.startSource(otherGlue)
    const [theirs, ours] = world.control.dataSourceRuns().map(({ createdBy }) => createdBy)
    expect(theirs).not.toBe(ours)
    world.clock.ms += hour
    expect(world.control.startScheduledRun({ ...source, type: 'PRIORITIZED' }).type).toBe('PRIORITIZED')
    world.clock.ms += hour
    expect(() => world.control.startScheduledRun(source)).toThrow(/ServiceQuotaExceededException/)
    expect(errorOf(world.startSource(glue))).toBe('ServiceQuotaExceededException')
    expect(() => world.control.startScheduledRun({ ...source, dataSourceId: 'nothing' })).toThrow(
      /dataSourceId: 'nothing'/,
    )
  })

  test('pages through each run of a source once, newest first', () => {
    const query = fc.record(
      {
        status: fc.constantFrom('REQUESTED', 'RUNNING', 'SUCCESS', 'FAILED'),
        maxResults: fc.integer({ min: 1, max: 50 }),
      },
      { requiredKeys: [] },
    )
    const calls = fc.array(fc.record({ source: fc.constantFrom(glue, otherGlue), waitMs: fc.nat(30_000) }), {
      maxLength: 40,
    })
    fc.assert(
      fc.property(calls, query, (starts, filter) => {
        const world = testWorld({
          conflictWhileRunning: false,
          dataSourceRunsPerDay: 1000,
          failureShare: 0.3,
        })
        for (const { source, waitMs } of starts) {
          world.startSource(source)
          world.clock.ms += waitMs
        }
        const listed = []
        let nextToken: string | undefined
        do {
          const page = outputOf(world.listSource(glue, { ...filter, ...(nextToken && { nextToken }) }))
          listed.push(...page.items.map(({ id }) => id))
          nextToken = page.nextToken
        } while (nextToken !== undefined)
        const wanted = world.control
          .dataSourceRuns()
          .filter((run) => run.dataSourceId === glue)
          .filter((run) => filter.status === undefined || run.status === filter.status)
        expect(listed).toEqual(wanted.map(({ id }) => id).reverse())
      }),
      { numRuns: 50 },
    )
  })

  test('lists the runs of a source as they were listLagMs ago', () => {
    const world = testWorld({ listLagMs: 60_000 })
    const { id } = outputOf(world.startSource(glue))
    const [truth] = world.control.dataSourceRuns()
    const shownAt = (ms: number) => {
      world.clock.ms = ms
      return outputOf(world.listSource(glue)).items.map((run) => [run.id, run.status])
    }
    const { createdAtMs, endsAtMs } = truth ?? { createdAtMs: 0, endsAtMs: 0 }
    expect(shownAt(createdAtMs + 59_999)).toEqual([])
    expect(shownAt(createdAtMs + 60_000)).toEqual([[id, 'REQUESTED']])
    expect(shownAt(endsAtMs + 59_999)).toEqual([[id, 'RUNNING']])
    expect(shownAt(endsAtMs + 60_000)).toEqual([[id, 'SUCCESS']])
  })

  test('refuses a page token of the other List', () => {
    const world = testWorld({ conflictWhileRunning: false })
    for (let run = 0; run < 2; run += 1) world.startSource(glue)
    const { nextToken } = outputOf(world.listSource(glue, { maxResults: 1 }))
    expect(errorOf(world.listSource(glue, { nextToken }))).toBe('ok')
    expect(errorOf(world.listSource(otherGlue, { nextToken }))).toBe('ValidationException')
    expect(errorOf(world.list({ nextToken }))).toBe('ValidationException')
  })
})
