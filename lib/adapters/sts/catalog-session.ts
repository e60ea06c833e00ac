import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts'
import { CatalogRoleFailed } from '../../errors.ts'

/**
 * Credentials of the catalog role, which holds every permission and project membership for DataZone. The rules:
 * 1. An execution environment has one session, which its DataZone clients share; concurrent callers wait for one
 *    AssumeRole.
 * 2. A session is renewed ten minutes before it ends. The SDK drops credentials in their last five minutes, so every
 *    client receives the renewed session in time.
 * 3. While renewals fail, the session in use serves until its last minute.
 */
export interface CatalogSessionParts {
  readonly sts: STSClient
  readonly roleArn: string
  /** Shown by CloudTrail for every call to DataZone. */
  readonly sessionName: string
  readonly now: () => number
  /** Receives the name of the error of each AssumeRole that failed. */
  readonly report: (error: string, isDenied: boolean) => void
}

interface Session {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly expiration: Date
}

const minuteMs = 60_000
const renewBeforeMs = 10 * minuteMs
const usableUntilMs = minuteMs

/** Errors that only an administrator can fix. Any other error is a short outage, or this function's own credentials. */
const permanent: ReadonlySet<string> = new Set(['AccessDenied', 'AccessDeniedException', 'ValidationError'])

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown error')

const assume = async ({ sts, roleArn, sessionName, report }: CatalogSessionParts): Promise<Session> => {
  try {
    const answer = await sts.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: sessionName }))
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = answer.Credentials ?? {}
    if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration)
      throw new Error('AssumeRole answered without credentials')
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      expiration: Expiration,
    }
  } catch (cause) {
    const isDenied = permanent.has(nameOf(cause))
    report(nameOf(cause), isDenied)
    throw new CatalogRoleFailed(roleArn, { isDenied, cause })
  }
}

/**
 * Returns the credentials provider of the DataZone clients.
 * The provider throws CatalogRoleFailed.
 */
export const catalogSession = (parts: CatalogSessionParts): (() => Promise<Session>) => {
  let session: Session | undefined
  let renewal: Promise<Session> | undefined

  const leftMs = (of: Session): number => of.expiration.getTime() - parts.now()

  return async () => {
    if (session !== undefined && leftMs(session) > renewBeforeMs) return session
    renewal ??= assume(parts).finally(() => {
      renewal = undefined
    })
    try {
      session = await renewal
      return session
    } catch (error) {
      if (session !== undefined && leftMs(session) > usableUntilMs) return session
      throw error
    }
  }
}
