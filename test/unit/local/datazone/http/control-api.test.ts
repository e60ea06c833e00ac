import { describe, expect, test } from 'vitest'
import { answerControl } from '../../../../../local/datazone/http/control-api.ts'
import { glue, storeSales, testWorld } from '../test-world.ts'

const domainId = 'dzd_sample1234567'
/** Returns objects nested to the given depth. */
const nested = (depth: number): object => {
  let value: object = {}
  for (let level = 0; level < depth; level += 1) value = { value }
  return value
}

const catalogueWith = (source: object) => ({
  domains: [
    {
      id: domainId,
      projects: [{ id: 'p', name: 'P' }],
      assets: [],
      dataSources: [{ id: 's', projectId: 'p', name: 'S', ...source }],
    },
  ],
})

const throttled = { kind: 'error', error: 'ThrottlingException' }

describe('answerControl', () => {
  test.each<[string, unknown, string]>([
    ['PUT faults', undefined, 'the list of faults is invalid: nothing was given, expected array'],
    ['PUT faults', [{ kind: 'slow' }], '[0].delayMs: is missing, expected number'],
    [
      'PUT faults',
      [{ ...throttled, operatoin: 'GetAsset', tmes: 1 }],
      '[0].operatoin: unknown field; the fields are kind, error, status, message, operation, target, times, untilMs, forMs, probability; [0].tmes: ',
    ],
    [
      'PUT faults',
      [{ kind: 'lateEffect', delayMs: 1, answer: 'none' }],
      '[0].answer: Invalid option: expected one of "lost"|"Val',
    ],
    [
      'PUT faults',
      [{ kind: 'lateEffect', delayMs: 1, operation: 'GetAsset' }],
      '[0].operation: Invalid option: expected one of "StartMetadataGenerationRun"|"CancelMetadataGenerationRun"|"StartDataSourceRun"',
    ],
    [
      'PUT faults',
      [{ kind: 'slow', delayMs: 2 ** 31 }],
      '[0].delayMs: Too big: expected number to be <=2147483647',
    ],
    ['PUT faults', [{ ...throttled, target: '' }], '[0].target: '],
    [
      'PUT faults',
      [throttled, { ...throttled, untilMs: 1_700_000_000 }],
      '[1].untilMs: 1700000000 is in the past, because the clock shows 1700000000000',
    ],
    ['PUT faults', Array(1001).fill(throttled), '<=1000'],
    [
      'PUT faults',
      Array(500).fill({}),
      "[19].kind: Invalid discriminator value. Expected 'lostAnswer' | 'error' | 'errorAfterEffect' | 'lateEffect' | 'slow' | 'raw' | 'truncated' | 'hang' | 'reset' | 'unreadable'; and 480 more",
    ],
    [
      'PUT outcomes',
      [
        { target: storeSales, outcome: 'failed' },
        { target: storeSales, outcome: 'stuck' },
      ],
      `[1].target: duplicate id '${storeSales}': remove one`,
    ],
    [
      'PUT outcomes',
      [
        { target: glue, outcome: 'failed' },
        { target: 'tpcds_itm', outcome: 'failed' },
      ],
      "[1].target: 'tpcds_itm' is not an asset or data source of the catalogue: load it first",
    ],
    [
      'PUT catalogue',
      catalogueWith({ configuration: nested(100) }),
      'domains[0].dataSources[0].configuration: is nested deeper than 64 levels',
    ],
    [
      'PUT catalogue',
      catalogueWith({ configuration: nested(100_000) }),
      'domains[0].dataSources[0].configuration: is nested deeper than 64 levels',
    ],
    [
      'PUT catalogue',
      catalogueWith({ tables: 2 ** 31 }),
      'domains[0].dataSources[0].tables: Too big: expected number to be <=2147483647',
    ],
    [
      'PUT catalogue',
      catalogueWith({ status: 'RUNNING' }),
      'domains[0].dataSources[0].status: Invalid option: expected one of "CREATING"|',
    ],
    [
      'POST ownership-transfers',
      { domainId, assetId: storeSales, targetProjectId: 'nope' },
      `targetProjectId: 'nope' is not a project of '${domainId}' (loaded: salesproject01, `,
    ],
    [
      'POST ownership-transfers',
      { domainId, assetId: storeSales, targetProjectId: 'salesproject01' },
      "targetProjectId: 'salesproject01' owns 'tpcds_store_sales' already",
    ],
    [
      'POST asset-events',
      { domainId, assetId: storeSales, detailType: 'Asset' },
      'detailType: Invalid option',
    ],
    ['PUT faults', [{ kind: 'raw', status: 99 }], '[0].status: Too small: expected number to be >=200'],
    [
      'PUT faults',
      [{ kind: 'unreadable', fields: { createdAt: nested(100_000) } }],
      '[0].fields: is nested deeper than 64 levels',
    ],
    ['POST clock', { advanceMs: -1 }, 'advanceMs: Too small'],
    ['PATCH settings', { failurShare: 1 }, 'failurShare: unknown field; the fields are startBucket, '],
    [
      'PATCH settings',
      { monthlyQuota: { NAMES: 1 } },
      'monthlyQuota.NAMES: unknown field; the fields are BUSINESS_DESCRIPTIONS, ',
    ],
    [
      'POST revisions',
      { domainId: 'dzd_nope', assetId: storeSales },
      `domainId: 'dzd_nope' is not in the catalogue (loaded: ${domainId})`,
    ],
    [
      'POST publications',
      { domainId: 'dzd_nope', assetId: storeSales },
      "domainId: 'dzd_nope' is not in the catalogue",
    ],
    [
      'POST publications',
      { domainId, assetId: 'nope' },
      `assetId: 'nope' is not an asset of '${domainId}': load it`,
    ],
    [
      'POST acceptances',
      { domainId: 'dzd_nope', assetId: storeSales },
      "domainId: 'dzd_nope' is not in the catalogue",
    ],
    [
      'POST scheduled-runs',
      { domainId: 'dzd_nope', dataSourceId: glue },
      "domainId: 'dzd_nope' is not in the catalogue",
    ],
    [
      'POST scheduled-runs',
      { domainId, dataSourceId: 'nope' },
      `dataSourceId: 'nope' is not a data source of '${domainId}' (loaded: ${glue}, `,
    ],
    [
      'DELETE runs',
      { domainId, runId: 'nope' },
      "runId: 'nope' is not a run of domain 'dzd_sample1234567': GET runs",
    ],
    ['DELETE runs', undefined, 'the run to delete is invalid: nothing was given, expected object'],
  ])(
    'refuses invalid input of %s with a 400 that names the field and the fix (case %#)',
    (route, body, message) => {
      const world = testWorld()
      const before = JSON.stringify([
        world.control.settings(),
        world.control.faults(),
        world.control.outcomes(),
      ])
      const [method = '', path = ''] = route.split(' ')
      const request = { method, path: `/_simulator/${path}`, query: new URLSearchParams(), body }
      expect(answerControl(world.control, request)).toEqual({
        status: 400,
        body: { message: expect.stringContaining(message) },
      })
      expect(
        JSON.stringify([world.control.settings(), world.control.faults(), world.control.outcomes()]),
      ).toBe(before)
    },
  )
})
