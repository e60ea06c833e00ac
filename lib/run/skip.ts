import { createHash } from 'node:crypto'
import type { GenerationType } from './run.ts'

/** Why a request makes no run. */
export const skipReasons = [
  'MODE_OFF',
  'DOMAIN_NOT_SELECTED',
  'NO_TRIGGER',
  'NO_RULE',
  'POLICY',
  'REPEAT_GUARD',
] as const
export type SkipReason = (typeof skipReasons)[number]

/** P2: a skipped request. It is kept with its asset or data source, so that the table alone explains it. */
export interface Skip {
  readonly requestKey: string
  readonly reason: SkipReason
  /** The rule's index in the policy file, from 0. */
  readonly rule?: number
  /** The rule's own words. */
  readonly because?: string
  /** The version of the policy that decided; 0 is the bundled file. */
  readonly policyVersion?: number
  /** The sort key of the run that the repeat guard compared with. */
  readonly repeatOf?: string
  /** The types that the repeat guard skipped. The request may have made a run of others. */
  readonly types?: readonly GenerationType[]
  readonly atMs: number
}

/** How long a skip is kept. */
export const skipTtlMs = 90 * 24 * 3_600_000

const slots = 16

/**
 * The slot of the skip log that a request is written to. A slot keeps its last skip, so that one write without a read
 * keeps the log small and a redelivery changes nothing. The newest skip is always in the log.
 */
export const skipSlot = (requestKey: string): string =>
  `slot${(createHash('sha256').update(requestKey).digest()[0] ?? 0) % slots}`
