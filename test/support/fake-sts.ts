import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** An answer to AssumeRole: credentials that expire at this time, or an error. */
export type AssumeRoleAnswer = { readonly expiresAtMs: number } | { readonly error: string; status: number }

const credentialsXml = (expiresAtMs: number, number: number): string =>
  `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
  <AccessKeyId>ASIA${number}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>session-${number}</SessionToken>
  <Expiration>${new Date(expiresAtMs).toISOString()}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`

const errorXml = (code: string): string =>
  `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code>
  <Message>answered by the test</Message></Error><RequestId>request-1</RequestId></ErrorResponse>`

/** Serves AssumeRole on loopback. Session n has the access key ASIA<n>. `received` holds the form data of each call. */
export const startFakeSts = async (answer: () => AssumeRoleAnswer, { latencyMs = 0 } = {}) => {
  const received: URLSearchParams[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    received.push(new URLSearchParams(body))
    if (latencyMs > 0) await delay(latencyMs)
    const next = answer()
    const [status, xml] =
      'error' in next
        ? [next.status, errorXml(next.error)]
        : [200, credentialsXml(next.expiresAtMs, received.length)]
    response.writeHead(status, { 'content-type': 'text/xml' }).end(xml)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}`,
    received,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
