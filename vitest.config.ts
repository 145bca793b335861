import { configDefaults, defineConfig } from 'vitest/config'
import { SlowestFirst } from './tools/slowest-first.ts'

const extension = 'test.{ts,tsx}'
/**
 * They start processes, browsers or whole streets, or change the clock or environment of their own
 * process: each has one to itself. The others share theirs, and with it what they have loaded.
 */
const apart = [
  'cli/src/{audit-verify,bad-input,demo,demo-once,one-by-one}',
  'cli/src/{duis,gbcs,tariff}/*-commands',
  'lab/src/{browser,plain-client}/**/*',
  'lab/src/conformance/{thoughtless,*/self,*/foreign-*}',
  'lab/src/fuzz/fuzz',
  'actors/web/**/*.browser',
  'packages/host/src/{cluster,journal,run-actor,system-clock,witnessed-audit}',
].map((place) => `${place}.${extension}`)

export default defineConfig({
  test: {
    // Real servers on a machine that does something else too: what hangs still ends.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    maxWorkers: 2,
    globalSetup: ['tools/test-folder.ts', 'tools/test-command.ts'],
    sequence: { sequencer: SlowestFirst },
    projects: [
      { extends: true, test: { name: 'apart', include: apart } },
      {
        extends: true,
        test: {
          name: 'together',
          isolate: false,
          include: [`{packages,actors,lab,cli,tools}/**/*.${extension}`],
          exclude: [...configDefaults.exclude, ...apart],
        },
      },
    ],
  },
})
