/** The DataZone events that can request a run; the policy's `triggers` selects them. */
export const triggers = ['PUBLISHED', 'INVENTORY', 'NEW_VERSION', 'SCHEMA_CHANGED'] as const
export type Trigger = (typeof triggers)[number]
