/** What `/api/explain` answers: the words and records of `dzrun explain`. */
export interface ExplainedRun {
  readonly title: string
  readonly standing: string
  readonly requestedBy: readonly string[]
  readonly requestedAtMs: number
  readonly nextLookAtMs?: number
  readonly pause?: { readonly reason?: string; readonly pausedBy?: string }
  readonly run: ExplainedRecord
}

/** The fields of a record that the page draws; the whole record is shown as JSON. */
export interface ExplainedRecord {
  readonly state: string
  readonly ending?: string
  readonly reason?: string
  readonly projectId: string
  readonly attempt: number
  readonly runId?: string
  readonly createdAtMs: number
  readonly startedAtMs?: number
  readonly detectedAtMs?: number
  readonly announcedAtMs?: number
  readonly retryAtMs?: number
  readonly subject: {
    readonly revision?: string
    readonly triggerKey?: string
    readonly types?: readonly string[]
  }
  readonly request: {
    readonly requestKey: string
    readonly requestedAtMs: number
    readonly lane: string
    /** The event of DataZone that made the request. */
    readonly trigger?: string
  }
  /** The settings that the policy gave the run, and the rule and version of the policy that decided. */
  readonly policy?: {
    readonly version?: number
    readonly rule?: number
    readonly retry?: { readonly attempts: number; readonly delayMs: number }
    readonly deadlineMs?: number
  }
  /** When Start was sent first and last. */
  readonly startSent?: { readonly firstAtMs: number; readonly lastAtMs: number }
  readonly cancel?: {
    readonly requestedAtMs: number
    readonly requestId?: string
    readonly sentAtMs?: number
  }
  readonly typeStats?: readonly {
    readonly type: string
    readonly status: string
    readonly errorMessage?: string
  }[]
  readonly error?: { readonly name: string; readonly message: string }
  readonly history: readonly { readonly atMs: number; readonly what: string }[]
}

export interface Explained {
  readonly stories: readonly ExplainedRun[]
  readonly skips: readonly { readonly atMs: number; readonly text: string }[]
  readonly unreadable: readonly { readonly key: { readonly record: string }; readonly problem: string }[]
  readonly advice: readonly { readonly why: string; readonly command?: readonly string[] }[]
}

/** One phase of a run, from when to when. */
export interface Phase {
  readonly name: string
  readonly tone: string
  readonly fromMs: number
  readonly untilMs: number
}

/** The phases of a run up to `nowMs`: waiting for its Start, at DataZone, and until the ending was announced. */
export const phasesOf = (run: ExplainedRecord, nowMs: number): readonly Phase[] => {
  const { request, startedAtMs, detectedAtMs, announcedAtMs, state } = run
  const begin = Math.min(request.requestedAtMs, run.createdAtMs)
  const ended = detectedAtMs ?? nowMs
  const phases: Phase[] = [
    { name: 'Requested', tone: 'parked', fromMs: begin, untilMs: Math.max(begin, startedAtMs ?? ended) },
  ]
  if (startedAtMs !== undefined)
    phases.push({
      name: 'At DataZone',
      tone: 'flight',
      fromMs: startedAtMs,
      untilMs: Math.max(startedAtMs, ended),
    })
  if (state === 'ENDED' && detectedAtMs !== undefined)
    phases.push({
      name: 'Announcing',
      tone: 'good',
      fromMs: detectedAtMs,
      untilMs: Math.max(detectedAtMs, announcedAtMs ?? nowMs),
    })
  return phases
}

/** The status of a run as the rows of the page name it: its ending, or its state while it is open. */
export const statusOf = (run: ExplainedRecord): string =>
  run.state === 'ENDED' ? (run.ending ?? run.state) : run.state
