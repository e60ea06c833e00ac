import type { Findings } from '../sweep/record-facts.ts'
import type { HintAddress } from './address-hints.ts'

/**
 * What a hint led to.
 * - `settled`: an ending.
 * - `known`: nothing new: its run has ended, or none of our runs is in flight there.
 * - `early`: no run id is recorded yet that the hint could be about. Hints about foreign runs look the same.
 * - `active`: no answer shows an ending yet.
 * - `followed`: a foreign run has a record from now on.
 * - `undecided`: a foreign run that may prove to be ours, or an acceptance that could not be recorded. No sweep finds
 *   either.
 * - `accepted`: recorded on the runs whose suggestions were accepted.
 */
export type HintFate = 'settled' | 'known' | 'early' | 'active' | 'followed' | 'undecided' | 'accepted'

export interface HintResult {
  readonly address: HintAddress
  readonly fate: HintFate
}

export interface HintReport extends Omit<Findings, 'denied' | 'readWithoutList' | 'isCut'> {
  /** One per hint, in order. */
  readonly hints: readonly HintResult[]
  readonly announced: number
}
