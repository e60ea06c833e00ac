import { type DataZoneClient, GetProjectCommand } from '@aws-sdk/client-datazone'
import * as z from 'zod/mini'
import type { ProjectNames } from '../../ports/project-names.ts'
import { keepBodies, rawAnswer } from './raw-answer.ts'

/** Projects are renamed rarely. */
const keptMs = 3_600_000
/** After a refusal, which may be a missing permission, GetProject is not called again for this long. */
const refusedKeptMs = 600_000
const timeoutMs = 2000
/** How many projects one execution environment remembers. */
const maxKept = 1000

const ProjectAnswer = z.object({ name: z.string().check(z.minLength(1), z.maxLength(64)) })

interface Known {
  /** Undefined where DataZone refused or did not answer. */
  readonly name: Promise<string | undefined>
  untilMs: number
}

/** GetProject, at most once an hour for a project and execution environment; callers at the same time share one call. */
export const dataZoneProjectNames = (client: DataZoneClient, now: () => number): ProjectNames => {
  keepBodies(client)
  const known = new Map<string, Known>()

  const read = async (domainIdentifier: string, identifier: string): Promise<string | undefined> => {
    try {
      const command = new GetProjectCommand({ domainIdentifier, identifier })
      const answer = await client.send(command, { abortSignal: AbortSignal.timeout(timeoutMs) })
      return z.parse(ProjectAnswer, rawAnswer(answer)).name
    } catch {
      return undefined
    }
  }

  return {
    async nameOf(domainId, projectId) {
      const key = `${domainId}/${projectId}`
      const kept = known.get(key)
      if (kept !== undefined && now() < kept.untilMs) return kept.name
      if (known.size >= maxKept) known.clear()
      const found: Known = { name: read(domainId, projectId), untilMs: now() + keptMs }
      known.set(key, found)
      const name = await found.name
      if (name === undefined) found.untilMs = now() + refusedKeptMs
      return name
    },
  }
}
