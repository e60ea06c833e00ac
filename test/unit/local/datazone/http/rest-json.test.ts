import { describe, expect, test } from 'vitest'
import { bindInput, matchRequest } from '../../../../../local/datazone/http/rest-json.ts'

describe('restJson1', () => {
  test('matches a request by method and path, and decodes its labels', () => {
    expect(matchRequest('GET', '/v2/domains/dzd_1/metadata-generation-runs/a%2Db')).toEqual({
      operation: 'GetMetadataGenerationRun',
      labels: { domainIdentifier: 'dzd_1', identifier: 'a-b' },
    })
    expect(matchRequest('POST', '/v2/domains/dzd_1/metadata-generation-runs')?.operation).toBe(
      'StartMetadataGenerationRun',
    )
    expect(matchRequest('GET', '/v2/domains/dzd_1/assets/%zz')?.labels['identifier']).toBe('%zz')
    expect(matchRequest('DELETE', '/v2/domains/dzd_1/metadata-generation-runs')).toBeUndefined()
    expect(matchRequest('GET', '/v2/domains/dzd_1/metadata-generation-runs/a/b')).toBeUndefined()
  })

  test('parses an integer in the query, and leaves anything else for validation to refuse', () => {
    const request = { operation: 'ListMetadataGenerationRuns', labels: { domainIdentifier: 'dzd_1' } }
    const bind = (query: string) => bindInput(request, new URLSearchParams(query), {})
    expect(bind('maxResults=7&status=FAILED')).toEqual({
      domainIdentifier: 'dzd_1',
      maxResults: 7,
      status: 'FAILED',
    })
    expect(bind('maxResults=1e1')).toEqual({ domainIdentifier: 'dzd_1', maxResults: '1e1' })
  })

  test('ignores a path member that the body repeats', () => {
    const request = { operation: 'StartMetadataGenerationRun', labels: { domainIdentifier: 'dzd_path' } }
    const input = bindInput(request, new URLSearchParams(), {
      domainIdentifier: 'dzd_body',
      clientToken: 't',
    })
    expect(input).toEqual({ domainIdentifier: 'dzd_path', clientToken: 't' })
  })
})
