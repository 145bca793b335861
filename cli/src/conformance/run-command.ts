import { rmSync } from 'node:fs'
import { temporaryDir } from '@interlock/host'
import {
  briefOf,
  notCertification,
  runConformance,
  type RunReport,
} from '@interlock/lab/conformance'
import { exits, UsageError, type Invocation } from '../command.ts'
import type { FlagValues } from '../flags.ts'
import { readChoice } from './options.ts'
import { readReporters, writeReports } from './reporters.ts'

/** Runs the chosen cases; 0 when none failed. @throws UsageError, Fault */
export async function runCommand({ flags, print, say }: Invocation): Promise<number> {
  const { role, profile, ids } = readChoice(flags)
  const target = targetOf(flags, role)
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

function targetOf(flags: FlagValues, role: string): string {
  const target = typeof flags['target'] === 'string' ? flags['target'] : 'self'
  if (target === 'relay' && role === 'station')
    throw new UsageError('--target relay is for the CSMS role')
  if (['self', 'null', 'relay'].includes(target)) return target
  throw new UsageError(`--target: self, null or relay, not “${target}”`)
}

const number = <Name extends string>(flags: FlagValues, flag: string, name: Name) => {
  const value = flags[flag]
  return typeof value === 'number' ? ({ [name]: value } as Record<Name, number>) : {}
}

const wordsOf = (run: RunReport): string =>
  [
    `${run.total} cases: ${run.passed} passed, ${run.failed} failed, ${run.notApplicable} not applicable, ${run.notImplemented} not implemented.`,
    notCertification,
  ].join('\n')
