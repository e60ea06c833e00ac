import { defineConfig } from 'vitest/config'

/** Unit, property and contract tests share nothing and need no server; the rest start real servers on loopback. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
  },
})
