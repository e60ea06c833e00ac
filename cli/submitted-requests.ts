import type { RunRequest } from '../lib/contracts/run-request.ts'
import type { FollowedRequest } from './follow-requests.ts'
import { type Column, formatOf, type OutputFlags, printRows } from './output.ts'

/** The id of the asset or data source that a request is about. */
const idOf = (request: RunRequest): string =>
  request.kind === 'METADATA_GENERATION' ? request.asset.id : request.dataSource.id

/** The columns of commands that send requests. */
export const requestColumns: readonly Column<FollowedRequest>[] = [
  { name: 'request', value: ({ request }) => request.requestId },
  { name: 'target', value: ({ request }) => idOf(request) },
  { name: 'project', value: ({ request }) => request.projectId },
  { name: 'outcome', value: ({ outcome }) => outcome },
  { name: 'standing', value: ({ standing }) => standing },
  {
    name: 'runs',
    value: ({ runs }) =>
      runs.flatMap((run) => ('runId' in run && run.runId !== undefined ? [run.runId] : [])),
  },
  { name: 'domain', value: ({ request }) => request.domainId, hidden: true },
]

const unfollowed = (request: RunRequest): FollowedRequest => ({
  request,
  outcome: 'waiting',
  standing: '',
  runs: [],
})

const maxLines = 20

/** Prints what was submitted: a line for each request where a person reads, only the ids with `--quiet`, else rows. */
export const printSubmitted = async (requests: readonly RunRequest[], flags: OutputFlags): Promise<void> => {
  if (formatOf(flags) !== 'table') return printRows(requests.map(unfollowed), requestColumns, flags)
  if (flags.quiet === true) return console.log(requests.map(({ requestId }) => requestId).join('\n'))
  for (const request of requests.slice(0, maxLines))
    console.log(`submitted ${idOf(request)} as ${request.requestId}`)
  if (requests.length > maxLines) console.log(`submitted ${requests.length - maxLines} more`)
}
