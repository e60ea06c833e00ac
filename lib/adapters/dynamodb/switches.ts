import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { PortUnavailable } from '../../errors.ts'
import type { ReportMalformedItem } from '../../ports/malformed-items.ts'
import type { Pause, PauseList, Switches } from '../../ports/switches.ts'
import { readPartition } from './read-partition.ts'
import { isSwitchKey, pauseFor, pauseIn } from './switch-item.ts'

/** The pauses of a domain, by the sort key of the switch. */
type Paused = ReadonlyMap<string, Pause>

/** How long an answer "not paused" is reused, so that a pause takes effect within a minute. */
const keptMs = 30_000
/** How long a pause is reused: only for a burst of requests, so that the next sweep resumes. */
const pauseKeptMs = 1000

/** The switches as items of the table, `SWITCH#<domain>` with `DOMAIN` or `PROJECT#<project>`. */
export const dynamoDbSwitches = (
  client: DynamoDBClient,
  table: string,
  now: () => number,
  report: ReportMalformedItem = () => {},
): Switches => {
  const seen = new Map<string, { readonly atMs: number; readonly paused: Promise<Paused> }>()

  const read = async (domainId: string): Promise<Paused> => {
    const pk = `SWITCH#${domainId}`
    const paused = new Map((await readPartition(client, table, pk)).flatMap(pauseIn))
    for (const sk of paused.keys())
      if (!isSwitchKey(sk))
        report({ pk, sk }, 'pauses nothing: its sk must be DOMAIN or PROJECT# and the project id')
    return paused
  }

  const notOlderThan = (ageMs: number, domainId: string): Promise<Paused> => {
    const known = seen.get(domainId)
    if (known !== undefined && now() - known.atMs < ageMs) return known.paused
    const paused = read(domainId)
    seen.set(domainId, { atMs: now(), paused })
    return paused
  }

  return {
    async pauseOf(domainId, projectId) {
      try {
        const pause = pauseFor(await notOlderThan(keptMs, domainId), projectId)
        return pause === undefined
          ? undefined
          : pauseFor(await notOlderThan(pauseKeptMs, domainId), projectId)
      } catch (error) {
        seen.delete(domainId)
        throw new PortUnavailable('table', error)
      }
    },
  }
}

/** The switches that pause a domain or project, read for operators. */
export const dynamoDbPauseList = (client: DynamoDBClient, table: string): PauseList => ({
  async pausesOf(domainId) {
    try {
      const items = await readPartition(client, table, `SWITCH#${domainId}`)
      return items.flatMap(pauseIn).flatMap(([sk, pause]) => {
        if (!isSwitchKey(sk)) return []
        const [, projectId] = sk.split('#')
        return [{ domainId, ...(projectId === undefined ? {} : { projectId }), ...pause }]
      })
    } catch (error) {
      throw new PortUnavailable('table', error)
    }
  },
})
