import type { Overview } from './overview.ts'

const severities = ['ok', 'info', 'warning', 'error'] as const

/** The result of one check: what was found, what it means, and what fixes it. */
export interface Finding {
  readonly check: string
  readonly severity: (typeof severities)[number]
  readonly found: string
  /** What it means and what to do. Absent when the check is ok. */
  readonly fix?: string
  /** The arguments of `dzrun` that help, where a command does. */
  readonly command?: readonly string[]
}

/** Sorts findings by severity, the worst first. Findings of equal severity keep their order. */
export const worstFirst = (findings: readonly Finding[]): readonly Finding[] =>
  findings.toSorted((left, right) => severities.indexOf(right.severity) - severities.indexOf(left.severity))

/** What the checks read about a stack. Times in ms since the epoch. */
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

const sweepAge = (startedAtMs: number, nowMs: number): Finding => {
  const ageMinutes = Math.floor((nowMs - startedAtMs) / minute)
  const check = 'last sweep'
  return ageMinutes < 3
    ? { check, severity: 'ok', found: `${Math.round((nowMs - startedAtMs) / 1000)} seconds ago` }
    : {
        check,
        severity: 'error',
        found: `${ageMinutes} minutes ago`,
        fix: 'the schedule is off or the poller fails: enable the rule of the schedule, and read the log of the poller',
      }
}

const sweepFindings = ({ overview: { lastSweep }, nowMs }: Signs): readonly Finding[] => {
  if (lastSweep === undefined)
    return [
      {
        check: 'last sweep',
        severity: 'error',
        found: 'no sweep is recorded',
        fix: 'runs are neither settled nor announced: wait two minutes after a deployment, then check that the schedule is enabled and read the log of the poller',
      },
    ]
  const { startedAtMs, mode, outOfTime, problems } = lastSweep
  const cut: Finding = {
    check: 'sweep time',
    severity: 'warning',
    found: 'the last sweep ran out of time',
    fix: 'the next ones continue; more than a few in a row mean that a service is slow',
  }
  const failedSteps = problems.map((found): Finding => {
    const fix = 'the next sweep tries it again; look for the cause if it stays'
    return { check: 'sweep step', severity: 'warning', found, fix }
  })
  const fix = 'no run is started: deploy the stage with Mode run to start them'
  return [
    sweepAge(startedAtMs, nowMs),
    ...(outOfTime ? [cut] : []),
    ...failedSteps,
    mode === 'run'
      ? { check: 'mode', severity: 'ok', found: 'run' }
      : { check: 'mode', severity: 'warning', found: mode, fix },
  ]
}

const queueFinding = ({ name, waiting }: Signs['queues'][number]): Finding => {
  const found = `${waiting} messages`
  if (name === 'dead letters' && waiting > 0)
    return {
      check: name,
      severity: 'error',
      found,
      fix: 'requests that crashed the starter: fix the cause, then redrive',
      command: ['redrive', 'dead', '--dry-run'],
    }
  if (name === 'rejected' && waiting > 0)
    return {
      check: name,
      severity: 'warning',
      found,
      fix: 'requests whose sender must fix them',
      command: ['redrive', 'rejected', '--dry-run'],
    }
  return { check: name, severity: 'ok', found }
}

const skewFinding = (skewMs: number): Finding => {
  if (Math.abs(skewMs) <= maxSkewMs) return { check: 'clock', severity: 'ok', found: 'agrees with AWS' }
  return {
    check: 'clock',
    severity: 'error',
    found: `${Math.round(skewMs / 1000)} s off`,
    fix: 'set the clock of this machine: AWS refuses signatures that are five minutes off',
  }
}

const policyFinding = ({ policyVersion, rules }: Signs): Finding => {
  const origin = policyVersion === 0 ? 'of the deployment' : `version ${policyVersion}`
  return { check: 'policy', severity: 'ok', found: `${origin}, ${rules} rules` }
}

const breakerFinding = ({ cause, call }: Overview['breakers'][number]): Finding => {
  const found = `open: ${call} answers ${cause.reason}`
  if (cause.reason === 'DENIED')
    return {
      check: 'breaker',
      severity: 'error',
      found,
      fix: `add the catalog role to project ${cause.projectId} as a contributor`,
      command: ['membership', 'check', '--domain', cause.domainId],
    }
  return {
    check: 'breaker',
    severity: 'warning',
    found,
    fix: "DataZone's quota of the month is used up; raise the quota, or wait until the month turns",
    command: ['quota'],
  }
}

const pauseFinding = ({ domainId, projectId, pausedBy, reason }: Overview['pauses'][number]): Finding => {
  const scope = projectId === undefined ? domainId : `${domainId}/${projectId}`
  return {
    check: 'pause',
    severity: 'info',
    found: `${scope} by ${pausedBy ?? 'an operator'}: ${reason ?? 'no reason given'}`,
    fix: 'none of its runs is started until it is resumed',
    command: ['resume', scope],
  }
}

const recordFinding = ({ unreadable }: Overview): Finding => {
  if (unreadable === 0) return { check: 'records', severity: 'ok', found: 'every open record can be read' }
  return {
    check: 'records',
    severity: 'error',
    found: `${unreadable} cannot be read`,
    fix: 'a newer version wrote them, or they were changed by hand: deploy the newer version',
  }
}

/** Returns the findings about a stack, the worst first; those that are ok come last. */
export const diagnose = (signs: Signs): readonly Finding[] => {
  const { overview, queues, clockSkewMs } = signs
  const findings = [
    ...sweepFindings(signs),
    ...queues.map(queueFinding),
    ...(clockSkewMs === undefined ? [] : [skewFinding(clockSkewMs)]),
    policyFinding(signs),
    ...overview.breakers.map(breakerFinding),
    ...overview.pauses.map(pauseFinding),
    recordFinding(overview),
  ]
  return worstFirst(findings)
}
