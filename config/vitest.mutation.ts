import { defineConfig } from 'vitest/config'

/** The tests that Stryker runs against each mutant: those without a server, a package or a simulated world. */
export default defineConfig({
  test: {
    include: ['test/unit/{run,usecases}/**/*.test.ts', 'test/property/**/*.test.ts'],
    testTimeout: 120_000,
    // Files share their worker, because loading them again for each mutant would take most of the time.
    isolate: false,
  },
})
