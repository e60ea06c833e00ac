import * as sdk from '@aws-sdk/client-datazone'
import { describe, expect, test } from 'vitest'
import { driftOf, knownDrift } from '../../../../../local/datazone/model/drift.ts'

const changed = (change: Record<string, unknown>): string[] =>
  driftOf({ ...sdk, ...change }).filter((line) => knownDrift[line] === undefined)

/** Returns a copy of an SDK schema with one element replaced. */
const altered = (schema: readonly unknown[], index: number, value: unknown) => schema.with(index, value)

describe('driftOf', () => {
  test('finds only known differences from the installed SDK (otherwise run npm run simulator:drift)', () => {
    expect(changed({})).toEqual([])
  })

  test('lists no known difference that no longer exists', () => {
    const found = driftOf(sdk)
    expect(Object.keys(knownDrift).filter((line) => !found.includes(line))).toEqual([])
  })

  test('reports an operation that the SDK lacks or has at another path', () => {
    expect(changed({ GetAsset$: undefined })).toContain('GetAsset: the SDK lacks this operation')
    const moved = altered(sdk.GetAsset$, 3, { http: ['GET', '/v3/assets', 200] })
    expect(changed({ GetAsset$: moved })).toEqual([
      'GetAsset: GET /v2/domains/{domainIdentifier}/assets/{identifier} in the model, GET /v3/assets in the SDK',
    ])
  })

  test('reports members that were added, removed or became required', () => {
    const [, , , , names = [], schemas = []] = sdk.CancelMetadataGenerationRunInput$
    const added = altered(altered(sdk.CancelMetadataGenerationRunInput$, 4, [...names, 'reason']), 5, [
      ...schemas,
      0,
    ])
    const cancelWithInput = (input: unknown) => ({
      CancelMetadataGenerationRun$: altered(sdk.CancelMetadataGenerationRun$, 4, () => input),
    })
    expect(changed(cancelWithInput(added))).toEqual(['CancelMetadataGenerationRunInput: the SDK adds reason'])
    expect(changed(cancelWithInput(altered(sdk.CancelMetadataGenerationRunInput$, 6, 1)))).toEqual([
      'CancelMetadataGenerationRunInput required members: the SDK lacks identifier',
    ])
  })

  test('reports a changed type of value and new values of an enum', () => {
    const [, , , , , schemas = []] = sdk.CancelMetadataGenerationRunInput$
    const numbers = altered(sdk.CancelMetadataGenerationRunInput$, 5, [schemas[0], 1])
    const cancel = altered(sdk.CancelMetadataGenerationRun$, 4, () => numbers)
    expect(changed({ CancelMetadataGenerationRun$: cancel })).toEqual([
      'MetadataGenerationRunIdentifier: string in the model, number in the SDK',
    ])
    const statuses = { ...sdk.MetadataGenerationRunStatus, PAUSED: 'PAUSED' }
    expect(changed({ MetadataGenerationRunStatus: statuses })).toContain(
      'MetadataGenerationRunStatus values: the SDK adds PAUSED',
    )
  })
})
