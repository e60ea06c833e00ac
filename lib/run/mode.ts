/**
 * What a stack does with requests: `off` neither starts nor resolves, `plan` resolves and records what it would start,
 * `run` starts.
 */
export const modes = ['off', 'plan', 'run'] as const
export type Mode = (typeof modes)[number]
