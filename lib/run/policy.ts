import type { Cap } from './caps.ts'
import type { FollowRule } from './foreign-run.ts'
import { matchesGlob } from './glob.ts'
import type { GenerationType, RunPolicy } from './run.ts'
import type { SenderRule } from './senders.ts'
import type { Trigger } from './trigger.ts'

/** The rules that decide which assets are run, and how. Read from the policy file (lib/contracts/policy-file.ts). */
export interface Policy {
  readonly rules: readonly Rule[]
  /** The DataZone events that request runs. */
  readonly triggers: readonly Trigger[]
  /** Which foreign data source runs are followed. Absent: none. */
  readonly followDataSourceRuns?: readonly FollowRule[]
  readonly caps: readonly Cap[]
  /** Which senders are bound to which projects. Absent: none. */
  readonly senders?: readonly SenderRule[]
}

/** Exact texts, or globs in which `*` matches any number of characters. An absent field matches everything. */
export interface RuleMatch {
  readonly domain?: string
  readonly project?: string
  readonly assetType?: string
  readonly name?: string
}

export interface Rule {
  readonly match: RuleMatch
  readonly verdict: Skip | RunSettings
}

interface Skip {
  readonly kind: 'skip'
  readonly because: string
}

export interface RunSettings {
  readonly kind: 'run'
  /** The types of a request that names none. Absent: the deployment's DefaultTypes. */
  readonly types?: readonly GenerationType[]
  readonly policy: RunPolicy
}

/** What is known about an asset. Its type and name, and the project of some events, are known only after GetAsset. */
export interface AssetFacts {
  readonly domainId: string
  readonly projectId?: string
  readonly asset?: { readonly type: string; readonly name: string }
}

export type Decision =
  /** `settings.policy.rule` is the rule's index in the file, from 0. */
  | { readonly decision: 'run'; readonly settings: RunSettings }
  | { readonly decision: 'skip'; readonly reason: 'NO_RULE' }
  /** `rule` is the rule's index in the file, from 0. */
  | { readonly decision: 'skip'; readonly reason: 'POLICY'; readonly rule: number; readonly because: string }
  /** The answer depends on something that only GetAsset has. */
  | { readonly decision: 'look' }

const fits = (glob: string | undefined, text: string): boolean =>
  glob === undefined || matchesGlob(glob, text)

const matches = ({ match }: Rule, facts: AssetFacts): 'yes' | 'no' | 'look' => {
  if (!fits(match.domain, facts.domainId)) return 'no'
  if (facts.projectId !== undefined && !fits(match.project, facts.projectId)) return 'no'
  if (match.project !== undefined && facts.projectId === undefined) return 'look'
  if (match.assetType === undefined && match.name === undefined) return 'yes'
  if (facts.asset === undefined) return 'look'
  return fits(match.assetType, facts.asset.type) && fits(match.name, facts.asset.name) ? 'yes' : 'no'
}

/** Returns the verdict of the first rule that matches. Asks for GetAsset only when the answer depends on it. */
export const applyPolicy = (policy: Pick<Policy, 'rules'>, facts: AssetFacts): Decision => {
  for (const [index, rule] of policy.rules.entries()) {
    const match = matches(rule, facts)
    if (match === 'look') return { decision: 'look' }
    if (match === 'no') continue
    return rule.verdict.kind === 'run'
      ? { decision: 'run', settings: { ...rule.verdict, policy: { ...rule.verdict.policy, rule: index } } }
      : { decision: 'skip', reason: 'POLICY', rule: index, because: rule.verdict.because }
  }
  return { decision: 'skip', reason: 'NO_RULE' }
}
