import { defineConfig } from 'vitest/config'

/** What Stryker runs against each mutant: the tests that need no server, no package and no simulated world. */
export default defineConfig({
  test: {
    include: ['test/unit/{run,usecases}/**/*.test.ts', 'test/property/**/*.test.ts'],
    testTimeout: 120_000,
  },
})
