import { DeleteItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { holderKey } from '../../lib/adapters/dynamodb/holder-item.ts'
import { toItem } from '../../lib/adapters/dynamodb/run-item.ts'
import { runKey } from '../../lib/run/identity.ts'
import { inFlightRun, sourceSubject } from '../support/runs.ts'
import { dynamoDbs, openRunTable, putItem, type RunTable, reportingStore } from './run-table.ts'

const wrongFields: readonly (readonly [string, object])[] = [
  ['a number', { heldBy: 7 }],
  ['nothing', {}],
  ['an empty text', { heldBy: '' }],
  ['an asset', { heldBy: 'ASSET#dzd_orders#a RUN#1' }],
  ['a data source without a record', { heldBy: 'SOURCE#dzd_orders#s' }],
]

/** P1: a run id has one record, even if the item of the run id is malformed. */
describe.each(dynamoDbs)(
  'malformed items of run ids in DynamoDB at $name',
  ({ environment, isolatesTransactions }) => {
    let table: RunTable
    beforeAll(async () => {
      table = await openRunTable(environment)
    })
    afterAll(() => table?.close())

    const { domainId } = sourceSubject
    const sourceOf = (dataSourceId: string, triggerKey = 'load-1') => ({
      ...sourceSubject,
      dataSourceId,
      triggerKey,
    })
    const put = (item: object) => putItem(table, item)
    const reporting = () => reportingStore(table)

    test.each(wrongFields)('treats a run as recorded if its item names %s', async (name, fields) => {
      const { store, reported } = reporting()
      const key = holderKey(domainId, `read-${name.replaceAll(' ', '-')}`)
      await put({ ...key, ...fields })
      expect(await store.holderOf(domainId, `read-${name.replaceAll(' ', '-')}`)).toEqual({
        partition: '',
        record: '',
      })
      expect(reported).toEqual([[key, expect.stringContaining('counts as recorded')]])
    })

    const testIfIsolated = test.runIf(isolatesTransactions)

    testIfIsolated.each(wrongFields)('replaces an item that names %s, once', async (name, fields) => {
      const { store, reported } = reporting()
      const id = name.replaceAll(' ', '-')
      const key = holderKey(domainId, id)
      await put({ ...key, ...fields })
      const runs = [1, 2].map((number) =>
        inFlightRun({ subject: sourceOf(`of-${id}`, `load-${number}`), runId: id, version: 0 }),
      )
      const results = await Promise.all(runs.map((run) => store.recordRunId(run)))
      expect(results.map(({ outcome }) => outcome).toSorted()).toEqual(['recorded', 'taken'])
      expect(reported).toContainEqual([key, expect.stringContaining('replaced')])
      const winner = runs[results.findIndex(({ outcome }) => outcome === 'recorded')]
      expect(await store.holderOf(domainId, id)).toEqual(winner && runKey(winner))
    })

    test('leaves a run to the record that holds it, and reports its damaged item', async () => {
      const { store, reported } = reporting()
      const recorded = inFlightRun({ subject: sourceOf('of-another'), runId: 'another', version: 0 })
      expect(await store.recordRunId(recorded)).toMatchObject({ outcome: 'recorded' })
      const key = holderKey(domainId, 'another')
      await put({ ...key, heldBy: 7 })
      const second = { ...recorded, subject: sourceOf('of-another', 'load-2') }
      expect(await store.recordRunId(second)).toEqual({ outcome: 'taken' })
      expect(reported).toEqual([[key, expect.stringContaining('on another record')]])
    })

    test('records no run that an unreadable record of its data source may hold', async () => {
      const { store } = reporting()
      const held = inFlightRun({ subject: sourceOf('of-unreadable'), runId: 'unreadable', version: 1 })
      await put({ ...toItem(held), state: 'NO_SUCH_STATE' })
      await put({ ...holderKey(domainId, 'unreadable'), heldBy: 7 })
      const second = { ...held, subject: sourceOf('of-unreadable', 'load-2'), version: 0 }
      expect(await store.recordRunId(second)).toEqual({ outcome: 'taken' })
    })

    test('records nothing over a record that was written since, though the item of the run id is malformed', async () => {
      const { store } = reporting()
      const run = inFlightRun({ subject: sourceOf('of-changed'), runId: 'changed', version: 3 })
      await put({ ...holderKey(domainId, 'changed'), heldBy: 7 })
      expect(await store.recordRunId(run)).toEqual({ outcome: 'changed' })
      await table.client.send(
        new DeleteItemCommand({ TableName: table.name, Key: marshall(holderKey(domainId, 'changed')) }),
      )
    })
  },
)
