import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { present } from '../../lib/run/present.ts'
import type { Caller } from '../../lib/usecases/inspect/diagnose-access.ts'
import type { StackOptions } from '../stack-location.ts'

/** Asks STS for the identity of the caller. Needs no permission. */
export const whoCalls = async ({ region, profile }: StackOptions): Promise<Caller> => {
  const client = new STSClient({ ...present({ region, profile }) })
  const { Arn: arn = 'an unknown caller', Account: account = 'unknown' } = await client.send(
    new GetCallerIdentityCommand(),
  )
  const { expiration } = await client.config.credentials()
  return { arn, account, ...present({ expiresAtMs: expiration?.getTime() }) }
}
