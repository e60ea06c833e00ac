import { present } from '../../run/present.ts'
import type { Overview } from './overview.ts'

const severities = ['ok', 'info', 'warning', 'error'] as const

/** One thing that was looked at: how it stands, what that means, and what fixes it. */
export interface Finding {
  readonly check: string
  readonly severity: (typeof severities)[number]
  readonly found: string
  /** What it means and what to do; absent where all is well. */
  readonly fix?: string
  /** The arguments of `dzrun` that help, where a command does. */
  readonly command?: readonly string[]
}

/** Findings in the order in which they matter; equals keep theirs. */
export const worstFirst = (findings: readonly Finding[]): readonly Finding[] =>
  findings.toSorted((left, right) => severities.indexOf(right.severity) - severities.indexOf(left.severity))

/** What the stack shows of itself. Times in ms since the epoch. */
export interface Signs {
  readonly overview: Overview
  readonly queues: readonly { readonly name: string; readonly waiting: number }[]
  readonly policyVersion: number
  readonly rules: number
  readonly nowMs: number
  /** The service's clock, less our own; absent where it was not seen. */
  readonly clockSkewMs?: number
}

const minute = 60_000
/** Signatures are refused at five minutes of skew; the assumptions about time allow less than two. */
const maxSkewMs = minute

const finding = (
  check: string,
  severity: Finding['severity'],
  found: string,
  fix?: string,
  command?: readonly string[],
): Finding => ({ check, severity, found, ...present({ fix, command }) })

const sweepFindings = ({ overview: { lastSweep }, nowMs }: Signs): readonly Finding[] => {
  if (lastSweep === undefined)
    return [
      finding(
        'last sweep',
        'error',
        'no sweep is recorded',
        'runs are neither settled nor announced: wait two minutes after a deployment, then check that the schedule is enabled and read the log of the poller',
      ),
    ]
  const { startedAtMs, mode, outOfTime, problems } = lastSweep
  const ageMinutes = Math.floor((nowMs - startedAtMs) / minute)
  return [
    ageMinutes >= 3
      ? finding(
          'last sweep',
          'error',
          `${ageMinutes} minutes ago`,
          'the schedule is off or the poller fails: enable the rule of the schedule, and read the log of the poller',
        )
      : finding('last sweep', 'ok', `${Math.round((nowMs - startedAtMs) / 1000)} seconds ago`),
    ...(outOfTime
      ? [
          finding(
            'sweep time',
            'warning',
            'the last sweep ran out of time',
            'the next ones continue; more than a few in a row mean that a service is slow',
          ),
        ]
      : []),
    ...problems.map((problem) =>
      finding(
        'sweep step',
        'warning',
        problem,
        'the next sweep tries it again; look for the cause if it stays',
      ),
    ),
    mode === 'run'
      ? finding('mode', 'ok', 'run')
      : finding('mode', 'warning', mode, `no run is started: deploy the stage with Mode run to start them`),
  ]
}

const queueFindings = ({ queues }: Signs): readonly Finding[] =>
  queues.map(({ name, waiting }) => {
    if (name === 'dead letters' && waiting > 0)
      return finding(
        name,
        'error',
        `${waiting} messages`,
        'requests that crashed the starter: fix the cause, then redrive',
        ['redrive', 'dead', '--dry-run'],
      )
    if (name === 'rejected' && waiting > 0)
      return finding(name, 'warning', `${waiting} messages`, 'requests whose sender must fix them', [
        'redrive',
        'rejected',
        '--dry-run',
      ])
    return finding(name, 'ok', `${waiting} messages`)
  })

const skewFinding = (skewMs: number): Finding =>
  Math.abs(skewMs) > maxSkewMs
    ? finding(
        'clock',
        'error',
        `${Math.round(skewMs / 1000)} s off`,
        'set the clock of this machine: AWS refuses signatures that are five minutes off',
      )
    : finding('clock', 'ok', 'agrees with AWS')

/** Returns what is wrong with a stack, and what is right, the worst first. */
export const diagnose = (signs: Signs): readonly Finding[] => {
  const { overview, policyVersion, rules, clockSkewMs } = signs
  const findings = [
    ...sweepFindings(signs),
    ...queueFindings(signs),
    ...(clockSkewMs === undefined ? [] : [skewFinding(clockSkewMs)]),
    finding(
      'policy',
      'ok',
      policyVersion === 0 ? `of the deployment, ${rules} rules` : `version ${policyVersion}, ${rules} rules`,
    ),
    ...overview.breakers.map(({ cause, call }) =>
      finding(
        'breaker',
        cause.reason === 'DENIED' ? 'error' : 'warning',
        `open: ${call} answers ${cause.reason}`,
        cause.reason === 'DENIED'
          ? `add the catalog role to project ${cause.projectId} as a contributor`
          : 'the month of DataZone is used up; raise the quota, or wait until it turns',
        cause.reason === 'DENIED' ? ['membership', 'check', '--domain', cause.domainId] : ['quota'],
      ),
    ),
    ...overview.pauses.map(({ domainId, projectId, pausedBy, reason }) => {
      const scope = projectId === undefined ? domainId : `${domainId}/${projectId}`
      const by = `${scope} by ${pausedBy ?? 'an operator'}: ${reason ?? 'no reason given'}`
      return finding('pause', 'info', by, 'nothing of it starts until it is resumed', ['resume', scope])
    }),
    overview.unreadable === 0
      ? finding('records', 'ok', 'every open record can be read')
      : finding(
          'records',
          'error',
          `${overview.unreadable} cannot be read`,
          'a newer version wrote them, or they were changed by hand: deploy the newer version',
        ),
  ]
  return worstFirst(findings)
}
