import { present } from '../../run/present.ts'
import type { Finding } from './diagnose.ts'

/** The identity that calls AWS from this machine. */
export interface Caller {
  readonly arn: string
  readonly account: string
  /** When the credentials expire, in ms since the epoch; absent for those that do not. */
  readonly expiresAtMs?: number
}

const minute = 60_000
/** A backfill plan or a doctor --deep takes minutes; credentials should outlast it. */
const soonMs = 15 * minute

const expiryText = (ms: number): string =>
  ms >= 120 * minute
    ? `${Math.floor(ms / (60 * minute))} hours`
    : `${Math.max(0, Math.floor(ms / minute))} minutes`

/** Returns whose credentials the commands use, and whether they expire soon. */
export const credentialFinding = ({ arn, account, expiresAtMs }: Caller, nowMs: number): Finding => {
  const check = 'credentials'
  const who = `${arn} in account ${account}`
  if (expiresAtMs === undefined) return { check, severity: 'ok', found: who }
  const leftMs = expiresAtMs - nowMs
  if (leftMs <= 0)
    return { check, severity: 'error', found: `${who}, expired`, fix: 'log in again: AWS refuses every call' }
  const found = `${who}, for ${expiryText(leftMs)} more`
  return leftMs < soonMs
    ? { check, severity: 'warning', found, fix: 'a long command would fail halfway: log in again first' }
    : { check, severity: 'ok', found }
}

/** A rule of EventBridge that the stack needs. */
export interface RuleState {
  readonly name: string
  readonly bus: string
  /** ENABLED, DISABLED or another state; absent: there is no such rule. */
  readonly state?: string
  /** What happens while the rule is off. */
  readonly whileOff: string
}

/** Returns a finding for each rule. */
export const ruleFindings = (rules: readonly RuleState[]): readonly Finding[] =>
  rules.map(({ name, bus, state, whileOff }) => {
    const found = `${name}: ${state ?? 'does not exist'}`
    if (state?.startsWith('ENABLED') === true) return { check: 'rule', severity: 'ok', found }
    const fix =
      state === undefined
        ? `${whileOff}: deploy the stack again`
        : `${whileOff}: aws events enable-rule --name ${name} --event-bus-name ${bus}`
    return { check: 'rule', severity: 'error', found, fix }
  })

/** Returns the finding of a check that could not run. */
export const uncheckedFinding = (check: string, why: string, isDenied: boolean): Finding => ({
  check,
  severity: isDenied ? 'warning' : 'error',
  found: `not checked: ${why}`,
  ...present({
    fix: isDenied ? 'allow your credentials this read, or let their owner run dzrun doctor' : undefined,
  }),
})
