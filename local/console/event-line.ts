import type { RunEventDetail } from '../../lib/contracts/run-event.ts'
import { columns } from './columns.ts'

/** Formats an event of the run bus: what happened, the subject, the run, and the error of an ending that has one. */
export function eventLine(time: string, detailType: string, detail: RunEventDetail): string {
  const { asset, dataSource, runId = '', error } = detail.data
  const what = detailType.replace(/^(Metadata Generation|Data Source) Run /, '')
  const revision = asset?.revision === undefined ? '' : `@${asset.revision}`
  const request = `request ${detail.metadata.causationId ?? 'without an id'}`
  const subject = asset === undefined ? (dataSource?.id ?? request) : `${asset.id}${revision}`
  const reason = error === undefined ? '' : (error.message ?? error.name)
  // A rejected request has no run, so its reason takes the place of the run id.
  const rest = runId === '' ? reason : `${runId}  ${reason}`
  const cells = [
    [what, 19],
    [subject, 32],
  ] as const
  return columns(time, cells, rest)
}
