import { type Acceptance, acceptanceName, parseAcceptance } from './acceptance.ts'
import { fieldOf, jsonOf } from './event-body.ts'
import { type Hint, hintNames, parseHint } from './hint.ts'
import { parseSourceHint, type SourceHint, sourceHintNames } from './source-hint.ts'

/** Every detail-type that the hint queue receives. A test compares the rule in infra/bus.yml with it. */
export const serviceEventNames: readonly string[] = [...hintNames, ...sourceHintNames, acceptanceName]

/** A message on the hint queue. */
export type ServiceEvent =
  | { readonly kind: 'hint'; readonly hint: Hint }
  | { readonly kind: 'source-hint'; readonly hint: SourceHint }
  | { readonly kind: 'acceptance'; readonly acceptance: Acceptance }

export type ParsedServiceEvent =
  | ServiceEvent
  | { readonly kind: 'ignored'; readonly problems: readonly string[] }

/** Parses a body on the hint queue. Never throws. */
export const parseServiceEvent = (body: string): ParsedServiceEvent => {
  const event = jsonOf(body)
  const name = fieldOf(event, 'detail-type')
  if (name === acceptanceName) {
    const parsed = parseAcceptance(event)
    return parsed.ok
      ? { kind: 'acceptance', acceptance: parsed.value }
      : { kind: 'ignored', problems: parsed.problems }
  }
  if (sourceHintNames.some((known) => known === name)) {
    const parsed = parseSourceHint(event)
    return parsed.ok
      ? { kind: 'source-hint', hint: parsed.value }
      : { kind: 'ignored', problems: parsed.problems }
  }
  const parsed = parseHint(event)
  return parsed.ok ? { kind: 'hint', hint: parsed.value } : { kind: 'ignored', problems: parsed.problems }
}
