import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DataZoneClient } from '@aws-sdk/client-datazone'
import { afterEach, describe, expect, test } from 'vitest'
import { checkDomains } from '../../infra/check-domains.ts'

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** Starts a DataZone that has dzd_here and denies access to dzd_denied, and returns its client. */
const clientOf = async (credentials = true) => {
  const server = createServer((request, response) => {
    const id = request.url?.replace('/v2/domains/', '')
    const error = id === 'dzd_denied' ? 'AccessDeniedException' : 'ResourceNotFoundException'
    const headers = { 'content-type': 'application/json' }
    // An emulator without DataZone may answer with a web page.
    if (id === 'dzd_page') {
      response.writeHead(404, { 'content-type': 'text/html' }).end('<html></html>')
      return
    }
    if (id === 'dzd_gone') {
      response.destroy()
      return
    }
    if (id === 'dzd_here') response.writeHead(200, headers)
    else response.writeHead(id === 'dzd_denied' ? 403 : 404, { ...headers, 'x-amzn-errortype': error })
    response.end(JSON.stringify(id === 'dzd_here' ? { id, status: 'AVAILABLE' } : { message: 'no' }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = new DataZoneClient({
    region: 'eu-west-1',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: credentials
      ? { accessKeyId: 'local', secretAccessKey: 'local' }
      : () => Promise.reject(Object.assign(new Error('none'), { name: 'CredentialsProviderError' })),
    maxAttempts: 1,
  })
  closing.push(
    async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
    () => client.destroy(),
  )
  return client
}

const stage = (domainIds: string, domainAccountId = '') => ({
  region: 'eu-west-1',
  domainIds,
  domainAccountId,
})

describe('checkDomains', () => {
  test('accepts domains of the Region, and looks up no domain for an empty list and for *', async () => {
    const client = await clientOf()
    for (const domainIds of ['dzd_here', '', '*'])
      expect(await checkDomains(stage(domainIds), client)).toEqual({ problems: [], notes: [] })
  })

  test('refuses a domain that the Region does not have', async () => {
    expect(await checkDomains(stage('dzd_here,dzd_away'), await clientOf())).toEqual({
      problems: [expect.stringMatching(/^DomainIds: eu-west-1 has no domain dzd_away; set Region/)],
      notes: [],
    })
  })

  test.each<[string, string, string, boolean, RegExp]>([
    [
      'without permission',
      'dzd_denied',
      '',
      true,
      /^Domain dzd_denied not looked up: these credentials may not call datazone:GetDomain on it; make sure that it is in eu-west-1/,
    ],
    [
      'without credentials',
      'dzd_here',
      '',
      false,
      /^Domain dzd_here not looked up: there are no AWS credentials;/,
    ],
    [
      'if another service answers',
      'dzd_page',
      '',
      true,
      /^Domain dzd_page not looked up: the endpoint gave an answer that is not DataZone's;/,
    ],
    [
      'if DataZone is unreachable',
      'dzd_gone',
      '',
      true,
      /^Domain dzd_gone not looked up: DataZone cannot be reached;/,
    ],
    [
      'for a domain of another account',
      'dzd_away',
      '111122223333',
      true,
      /^Domains not looked up, because account 111122223333 owns them; make sure that they are in eu-west-1$/,
    ],
  ])('skips the check %s, and notes it', async (_, domainIds, account, credentials, note) => {
    expect(await checkDomains(stage(domainIds, account), await clientOf(credentials))).toEqual({
      problems: [],
      notes: [expect.stringMatching(note)],
    })
  })
})
