import { defineConfig } from 'vitest/config'

/** Attacks on a whole street, each of which takes a street of its own for a day: too long for every run of the tests. */
export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    globalSetup: ['tools/test-folder.ts', 'tools/test-command.ts'],
    include: ['lab/src/street/*.attack.ts'],
  },
})
