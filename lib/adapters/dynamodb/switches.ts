import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import * as z from 'zod/mini'
import { PortUnavailable } from '../../errors.ts'
import type { ReportMalformedItem } from '../../ports/malformed-items.ts'
import type { Pause, Switches } from '../../ports/switches.ts'
import { readPartition } from './read-partition.ts'

const Key = z.object({ sk: z.string() })
/** People write these by hand, so everything but the word that work goes on is taken for a pause. */
const GoesOn = z.object({ paused: z.literal(false) })
const Words = z.object({
  reason: z.catch(z.optional(z.string()), undefined),
  pausedBy: z.catch(z.optional(z.string()), undefined),
})

/** What is paused in a domain, by the switch's sort key. */
type Paused = ReadonlyMap<string, Pause>

const pauseIn = (item: unknown): readonly [string, Pause][] => {
  const key = z.safeParse(Key, item)
  if (!key.success || z.safeParse(GoesOn, item).success) return []
  const { reason, pausedBy } = z.parse(Words, item)
  return [
    [
      key.data.sk,
      {
        ...(reason === undefined ? {} : { reason }),
        ...(pausedBy === undefined ? {} : { pausedBy }),
      },
    ],
  ]
}

/** What a switch may be about: the sort keys that anybody looks for. */
const usable = /^(DOMAIN|PROJECT#[a-zA-Z0-9_-]{1,36})$/

/** So that a pause works within a minute: that nothing is paused is believed for this long. */
const keptMs = 30_000
/** So that the next sweep resumes: a pause is believed only while many ask at once. */
const pauseKeptMs = 1000

/** The switches as items of the table, `SWITCH#<domain>` with `DOMAIN` or `PROJECT#<project>`. */
export const dynamoDbSwitches = (
  client: DynamoDBClient,
  table: string,
  now: () => number,
  tell: ReportMalformedItem = () => {},
): Switches => {
  const seen = new Map<string, { readonly atMs: number; readonly paused: Promise<Paused> }>()

  const read = async (domainId: string): Promise<Paused> => {
    const pk = `SWITCH#${domainId}`
    const paused = new Map((await readPartition(client, table, pk)).flatMap(pauseIn))
    for (const sk of paused.keys())
      if (!usable.test(sk)) tell({ pk, sk }, 'pauses nothing: name it DOMAIN, or PROJECT# and the id')
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
      const pauseFor = (paused: Paused) => paused.get('DOMAIN') ?? paused.get(`PROJECT#${projectId}`)
      try {
        const pause = pauseFor(await notOlderThan(keptMs, domainId))
        return pause === undefined ? undefined : pauseFor(await notOlderThan(pauseKeptMs, domainId))
      } catch (error) {
        seen.delete(domainId)
        throw new PortUnavailable('table', error)
      }
    },
  }
}
