import { rmSync } from 'node:fs'
import { temporaryDir } from '@interlock/host'
import {
  briefOf,
  notCertification,
  notMadeWords,
  runConformance,
  type RunReport,
} from '@interlock/lab/conformance'
import { exits, type Invocation } from '../command.ts'
import type { FlagValues } from '../flags.ts'
import { readChoice } from './options.ts'
import { readReporters, writeReports } from './reporters.ts'
import { readTarget } from './target.ts'

/** Runs the chosen cases; 0 when none failed. @throws UsageError, Fault */
export async function runCommand({ flags, print, say }: Invocation): Promise<number> {
  const { role, profile, ids } = readChoice(flags)
  const { target, foreign } = readTarget(flags, role, say)
  const reporters = readReporters(flags)
  const dir = temporaryDir('interlock-conformance')
  try {
    const run = await runConformance({
      role,
      target,
      dir,
      ids,
      say,
      ...(profile === undefined ? {} : { profile }),
      ...(foreign === undefined ? {} : { foreign }),
      ...number(flags, 'concurrency', 'concurrency'),
      ...number(flags, 'step-timeout', 'stepMillisMax'),
      onCase: ({ id, verdict, reason }) => {
        if (verdict === 'passed' || verdict === 'failed') say(`${verdict.padEnd(8)}${id} ${reason}`)
      },
    })
    writeReports(reporters, run)
    print(briefOf(run), wordsOf(run))
    return run.failed === 0 ? exits.done : exits.failed
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

const number = <Name extends string>(flags: FlagValues, flag: string, name: Name) => {
  const value = flags[flag]
  return typeof value === 'number' ? ({ [name]: value } as Record<Name, number>) : {}
}

const wordsOf = (run: RunReport): string =>
  [
    `${run.total} cases: ${run.passed} passed, ${run.failed} failed, ${run.notApplicable} not applicable, ${run.notImplemented} not implemented.`,
    ...(run.stepsNotMade === 0 ? [] : [notMadeWords(run)]),
    notCertification,
  ].join('\n')
