import type { Policies } from '../../lib/ports/policies.ts'
import type { Policy } from '../../lib/run/policy.ts'

/** Returns a `Policies` port that always answers with this policy, as version 0. */
export const fixedPolicy = (policy: Policy): Policies => ({ current: async () => ({ version: 0, policy }) })
