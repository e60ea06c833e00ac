import { type DataZoneClient, GetProjectCommand } from '@aws-sdk/client-datazone'
import * as z from 'zod/mini'
import type { ProjectNames } from '../../ports/project-names.ts'
import { keepBodies, rawAnswer } from './raw-answer.ts'

/** Projects are renamed rarely. */
const keptMs = 3_600_000
/** After a refusal, which may be a missing permission, GetProject is not called again for this long. */
const refusedKeptMs = 600_000
const timeoutMs = 2000
/** As many projects as one execution environment remembers. */
const maxKept = 1000

const ProjectAnswer = z.object({ name: z.string().check(z.minLength(1), z.maxLength(64)) })

interface Known {
  readonly untilMs: number
  readonly name: string | undefined
}

/** GetProject, at most once an hour for a project and execution environment. */
export const dataZoneProjectNames = (client: DataZoneClient, now: () => number): ProjectNames => {
  keepBodies(client)
  const known = new Map<string, Known>()

  const read = async (domainIdentifier: string, identifier: string): Promise<Known> => {
    try {
      const command = new GetProjectCommand({ domainIdentifier, identifier })
      const answer = await client.send(command, { abortSignal: AbortSignal.timeout(timeoutMs) })
      const { name } = z.parse(ProjectAnswer, rawAnswer(answer))
      return { untilMs: now() + keptMs, name }
    } catch {
      return { untilMs: now() + refusedKeptMs, name: undefined }
    }
  }

  return {
    async nameOf(domainId, projectId) {
      const key = `${domainId}/${projectId}`
      const kept = known.get(key)
      if (kept !== undefined && now() < kept.untilMs) return kept.name
      const found = await read(domainId, projectId)
      if (known.size >= maxKept) known.clear()
      known.set(key, found)
      return found.name
    },
  }
}
