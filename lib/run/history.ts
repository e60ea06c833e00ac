import { errorText } from './error-text.ts'
import { present } from './present.ts'
import type { Run } from './run.ts'

const historyLimit = 20
const lineLimit = 200

/** Returns the run's history with one more line. The oldest lines are dropped. */
export const withHistory = (run: Run, nowMs: number, what: string): Run['history'] => [
  ...run.history.slice(-(historyLimit - 1)),
  { atMs: nowMs, what: errorText(what, lineLimit) },
]

/** The fields that a run keeps from state to state, with one more line of history. */
export const carriedOver = (run: Run, nowMs: number, what: string) => ({
  subject: run.subject,
  attempt: run.attempt,
  projectId: run.projectId,
  request: run.request,
  ...present({
    policy: run.policy,
    onlyTypes: run.onlyTypes,
    retriesBefore: run.retriesBefore,
    countedIn: run.countedIn,
    assetName: run.assetName,
    fingerprint: run.fingerprint,
    projectName: run.projectName,
    portalUrl: run.portalUrl,
    alsoRequestedBy: run.alsoRequestedBy,
    cancel: run.cancel,
    heldMs: run.heldMs,
  }),
  createdAtMs: run.createdAtMs,
  version: run.version,
  history: withHistory(run, nowMs, what),
})
