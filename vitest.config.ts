import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{packages,actors,lab,cli,tools}/**/*.test.{ts,tsx}'],
    // Real servers on a machine that does something else too: what hangs still ends.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    maxWorkers: 2,
  },
})
