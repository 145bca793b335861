import { configDefaults, defineConfig } from 'vitest/config'
import { SlowestFirst } from './tools/slowest-first.ts'

const extension = 'test.{ts,tsx}'
/**
 * They start processes, browsers or whole streets, or change the clock or environment of their own
 * process: each has one to itself. The others share theirs, and with it what they have loaded.
 */
const apart = [
  `cli/**/*.${extension}`,
  `lab/src/{bench,browser,conformance,fuzz,plain-client,robustness,street}/**/*.${extension}`,
  `actors/web/**/*.browser.${extension}`,
  `packages/host/src/nats/*.${extension}`,
  `packages/host/src/{cluster,journal,run-actor,system-clock,witnessed-audit}.${extension}`,
]

export default defineConfig({
  test: {
    // Real servers on a machine that does something else too: what hangs still ends.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    maxWorkers: 2,
    sequence: { sequencer: SlowestFirst },
    projects: [
      { extends: true, test: { name: 'apart', include: apart } },
      {
        extends: true,
        test: {
          name: 'together',
          isolate: false,
          include: [`{packages,actors,lab,tools}/**/*.${extension}`],
          exclude: [...configDefaults.exclude, ...apart],
        },
      },
    ],
  },
})
