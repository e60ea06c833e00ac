import { afterEach, describe, expect, test } from 'vitest'
import { isMoto } from '../../support/engines.ts'
import { eventually } from '../../support/eventually.ts'
import { fastSettings, type LocalSystem, openSystem, type SystemOptions } from '../../support/local-system.ts'
import { domainId, publishedEvent, runRequest } from '../../support/requests.ts'

let system: LocalSystem | undefined
afterEach(async () => {
  await system?.close()
  system = undefined
})

const open = async (options: Omit<SystemOptions, 'assets'>): Promise<LocalSystem> => {
  system = await openSystem({ assets: [{ id: 'one' }, { id: 'two' }], ...options })
  return system
}

const sendRequests = async ({ stack, send, untilIdle }: LocalSystem) => {
  stack.publishServiceEvent(publishedEvent('one'))
  await send(runRequest('two'))
  await untilIdle()
}

describe.skipIf(isMoto)('a stack with changed parameters or settings', () => {
  test.each([
    ['mode off', { Mode: 'off' }, 'MODE_OFF'],
    ['another domain selected', { DomainIds: 'dzd_other0001' }, 'DOMAIN_NOT_SELECTED'],
  ])('skips every request and logs the reason: %s', async (_, parameters, reason) => {
    const opened = await open({ parameters })
    await sendRequests(opened)
    expect(
      opened
        .logged('Request handled')
        .filter(({ outcome }) => outcome === 'skipped')
        .map((line) => line.reason),
    ).toEqual([reason, reason])
    await opened.stack.sweepNow()
    expect(await opened.records()).toEqual([])
    expect(opened.control.calls().counts).toEqual({})
    expect(opened.endings()).toEqual([])
    expect(await opened.rejectedCopies()).toEqual([])
  })

  test('runs the requests of a selected domain', async () => {
    const opened = await open({ parameters: { DomainIds: `dzd_other0001,${domainId}` } })
    await sendRequests(opened)
    expect(opened.control.runs()).toHaveLength(2)
  })

  test('records what it would start in mode plan, and starts it when requested again in mode run', async () => {
    const settings: Record<string, string> = { ...fastSettings, MODE: 'plan' }
    const opened = await open({ settings })
    await sendRequests(opened)
    expect(await opened.records()).toMatchObject([{ state: 'PLANNED' }, { state: 'PLANNED' }])
    await opened.stack.sweepNow()
    expect(opened.control.calls().starts).toEqual([])
    expect(opened.endings()).toEqual([])

    // New execution environments read the settings when they start, as after a deployment.
    settings['MODE'] = 'run'
    await opened.stack.killWorkers()
    await opened.send(runRequest('two', { requestId: 'again' }))
    await opened.sweepUntil(() => expect(opened.endingsOf('two')).toHaveLength(1))
    expect(opened.runsOf('one', 'two')).toHaveLength(1)
    expect(await opened.records()).toContainEqual(
      expect.objectContaining({ assetId: 'two', state: 'ENDED', attempt: 1 }),
    )
  })

  test.each(['StarterLambdaFunction', 'PollerLambdaFunction'])(
    'fails at startup and names every invalid setting in one message: %s',
    async (functionId) => {
      const wrong = {
        TABLE_NAME: '',
        MODE: 'sometimes',
        DOMAIN_IDS: 'my-domain',
        DEFAULT_TYPES: 'POEMS',
        START_RATE_PER_SECOND: 'fast',
        LEASE_SECONDS: '-1',
      }
      const opened = await open({ settings: wrong })
      const outcome = await opened.stack.invoke(functionId, { Records: [] })
      expect(outcome).toMatchObject({
        outcome: 'error',
        message: expect.stringContaining('invalid configuration'),
      })
      for (const name of Object.keys(wrong))
        expect(outcome).toMatchObject({ message: expect.stringContaining(name) })
      expect('message' in outcome && outcome.message).not.toContain('\n')
    },
  )

  test('keeps the messages of a function that cannot start', async () => {
    const opened = await open({ settings: { ...fastSettings, MODE: 'sometimes' }, visibilitySeconds: 60 })
    await opened.send(runRequest('one'))
    await eventually(async () => {
      const { queues, batches } = await opened.stack.activity()
      expect([queues['RequestQueue']?.inFlight, batches]).toEqual([1, 0])
    })
    expect(opened.endings()).toEqual([])
  })
})
