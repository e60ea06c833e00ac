/**
 * How serverless.yml and infra/ deploy the functions, for worlds in virtual time. A test compares this with the packaged
 * template (test/package/settings.test.ts).
 */
export const deployed = {
  starter: { timeoutMs: 30_000, batchSize: 10, maximumConcurrency: 5 },
  poller: { timeoutMs: 55_000, periodMs: 60_000 },
  observer: {
    timeoutMs: 30_000,
    batchSize: 100,
    windowMs: 5_000,
    maximumConcurrency: 2,
    hintRetentionMs: 3_600_000,
  },
  /** Start slots handed out a second. */
  startRatePerSecond: 9.8,
} as const
