import type { Policies } from '../../lib/ports/policies.ts'
import type { Policy } from '../../lib/run/policy.ts'

/** Policies of which there is only the bundled one. */
export const fixedPolicy = (policy: Policy): Policies => ({ current: async () => ({ version: 0, policy }) })
