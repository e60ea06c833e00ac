import type { Cap } from './caps.ts'
import type { FollowRule } from './foreign-run.ts'
import { matchesGlob } from './glob.ts'
import type { GenerationType, RunPolicy } from './run.ts'

/** What decides, in order, which assets are run and how. The file and its schema: lib/contracts/policy-file.ts. */
export interface Policy {
  readonly rules: readonly Rule[]
  /** Which data source runs of others are followed; absent: none. */
  readonly followDataSourceRuns?: readonly FollowRule[]
  readonly caps: readonly Cap[]
}

/** Exact texts, or globs in which `*` stands for any number of characters. What is left out matches everything. */
export interface RuleMatch {
  readonly domain?: string
  readonly project?: string
  readonly assetType?: string
  readonly name?: string
}

export interface Rule {
  readonly match: RuleMatch
  readonly verdict: Skip | RunOrders
}

interface Skip {
  readonly kind: 'skip'
  readonly because: string
}

export interface RunOrders {
  readonly kind: 'run'
  /** Of a request that names none; absent: the deployment's DefaultTypes. */
  readonly types?: readonly GenerationType[]
  readonly policy: RunPolicy
}

/** What is known when a rule is looked for. Type and name are known only once GetAsset has told them. */
export interface AssetFacts {
  readonly domainId: string
  readonly projectId: string
  readonly asset?: { readonly type: string; readonly name: string }
}

export type Decision =
  | { readonly decision: 'run'; readonly orders: RunOrders }
  | { readonly decision: 'skip'; readonly reason: 'NO_RULE' }
  /** `rule` counts from 0, as in messages about the file. */
  | { readonly decision: 'skip'; readonly reason: 'POLICY'; readonly rule: number; readonly because: string }
  /** A rule looks at the asset's type or name, and they are not known yet. */
  | { readonly decision: 'look' }

const fits = (glob: string | undefined, text: string): boolean =>
  glob === undefined || matchesGlob(glob, text)

const matches = ({ match }: Rule, facts: AssetFacts): 'yes' | 'no' | 'look' => {
  if (!fits(match.domain, facts.domainId) || !fits(match.project, facts.projectId)) return 'no'
  if (match.assetType === undefined && match.name === undefined) return 'yes'
  if (facts.asset === undefined) return 'look'
  return fits(match.assetType, facts.asset.type) && fits(match.name, facts.asset.name) ? 'yes' : 'no'
}

/** The first rule that matches wins. Asks for a look at the asset only when the answer hangs on it. */
export const applyPolicy = (policy: Pick<Policy, 'rules'>, facts: AssetFacts): Decision => {
  for (const [index, rule] of policy.rules.entries()) {
    const match = matches(rule, facts)
    if (match === 'look') return { decision: 'look' }
    if (match === 'no') continue
    return rule.verdict.kind === 'run'
      ? { decision: 'run', orders: rule.verdict }
      : { decision: 'skip', reason: 'POLICY', rule: index, because: rule.verdict.because }
  }
  return { decision: 'skip', reason: 'NO_RULE' }
}
