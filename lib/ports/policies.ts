import type { Policy } from '../run/policy.ts'

/** A policy and which version of it this is. Version 0 is the file that the deployment bundles. */
export interface VersionedPolicy {
  readonly version: number
  readonly policy: Policy
}

/**
 * The policy in force. Narrow, because the functions never write it. An answer is at most a minute old. When the newest
 * version cannot be read, the one before it stays in force. Throws PortUnavailable when the table does not answer.
 */
export interface Policies {
  current(): Promise<VersionedPolicy>
}

/** A version of the policy as an operator put it. */
export interface PolicyVersion {
  readonly version: number
  readonly putAtMs: number
  readonly putBy: string
  /** The file's JSON, which may be one that this version cannot read. */
  readonly file: unknown
}

/** The versions of the policy in the table, for operators. Throws PortUnavailable when the table does not answer. */
export interface PolicyHistory {
  /** Returns up to `limit` versions, newest first, strongly consistent. */
  newest(limit: number): Promise<readonly PolicyVersion[]>
  /** Writes a version unless there is one of its number; returns whether it was written. */
  put(version: PolicyVersion): Promise<boolean>
}
