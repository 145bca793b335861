import { join } from 'node:path'
import { ensureDir, writeAtomic } from '@interlock/host'
import { briefOf, htmlOf, junitOf, type RunReport } from '@interlock/lab/conformance'
import { UsageError } from '../command.ts'
import type { FlagValues } from '../flags.ts'

const reporters = {
  json: { file: 'conformance.json', write: (run: RunReport) => JSON.stringify(full(run), null, 2) },
  junit: { file: 'conformance.xml', write: junitOf },
  html: { file: 'conformance.html', write: htmlOf },
} as const
type ReporterName = keyof typeof reporters

export type Reporters = { readonly names: readonly ReporterName[]; readonly dir: string }

/** @throws UsageError for a reporter that there is not */
export function readReporters(flags: FlagValues): Reporters {
  const { reporter, output } = flags
  const names = typeof reporter === 'string' ? reporter.split(',') : []
  const unknown = names.find((name) => !Object.hasOwn(reporters, name))
  if (unknown !== undefined)
    throw new UsageError(`--reporter: ${Object.keys(reporters).join(', ')}, not “${unknown}”`)
  return { names: names as ReporterName[], dir: typeof output === 'string' ? output : '.' }
}

export function writeReports({ names, dir }: Reporters, run: RunReport): void {
  if (names.length > 0) ensureDir(dir)
  for (const name of names) {
    const { file, write } = reporters[name]
    writeAtomic(join(dir, file), `${write(run)}\n`, 0o644)
  }
}

/** The counts as `--json` prints them, and each case whole. */
const full = (run: RunReport) => ({ ...briefOf(run), cases: run.cases })
