import { defineConfig } from 'vitest/config'

/**
 * Unit, property and contract tests share nothing and need no server; the rest start real servers on loopback. The
 * time-outs are for what hangs, and leave room for a machine that is busy with other things.
 */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 30_000 } },
    pool: 'forks',
  },
})
