import { describe, expect, test } from 'vitest'
import { recordDuplicate } from '../../../../lib/usecases/start/record-duplicate.ts'
import { inFlightRun, origin, parkedRun, subject } from '../../../support/runs.ts'
import { startContext } from '../../../support/start-context.ts'

const repeat = parkedRun({ request: { ...origin, requestKey: 'request:again-1', correlationId: 'load-7' } })

describe('recordDuplicate', () => {
  test('notes the request on the run that it requests, and on no other', async () => {
    const run = inFlightRun()
    const other = inFlightRun({ subject: { ...subject, revision: '5' }, runId: 'run-2' })
    const context = startContext({ runs: [run, other] })
    await recordDuplicate(repeat, [subject], [run, other], context)
    expect(context.store.current(run)).toMatchObject({
      alsoRequestedBy: [{ requestKey: 'request:again-1', correlationId: 'load-7' }],
    })
    expect(context.store.current(other)).toEqual(other)
  })

  test('writes nothing when the run has the note already', async () => {
    const run = inFlightRun()
    const context = startContext({ runs: [run] })
    await recordDuplicate(repeat, [subject], context.store.all(), context)
    await recordDuplicate(repeat, [subject], context.store.all(), context)
    expect(context.store.writes).toHaveLength(1)
  })

  test('accepts that another invocation wins the write', async () => {
    const run = inFlightRun()
    const context = startContext({ runs: [{ ...run, version: 9 }] })
    await recordDuplicate(repeat, [subject], [run], context)
    expect(context.store.current(run)).not.toHaveProperty('alsoRequestedBy')
  })
})
