import { Fault } from '@interlock/kernel'
import { createSteps, NotApplicable, StepFailed, type Steps } from './steps.ts'
import { profileOf, type Row } from './table/row.ts'
import type { CaseReport, Verdict } from './verdict.ts'

/** How long things may take. Nothing in a run is without an end. */
export const runLimits = {
  /** Answers and what must happen soon. */
  stepMillisMax: 5_000,
  caseMillisMax: 90_000,
  /** Cases under way at once. */
  concurrency: 6,
} as const

/** A case made ready: its steps, run on a scene of its own. */
export type Ready = (steps: Steps) => Promise<void>

export type RunOptions = {
  readonly rows: readonly Row[]
  /** The case of that id, or nothing where none has been written. */
  readonly find: (id: string) => Ready | undefined
  /** Why the subject need not pass a case, as the capability it does not have. */
  readonly lacks: (row: Row) => string | undefined
  readonly stepMillisMax?: number
  readonly caseMillisMax?: number
  readonly concurrency?: number
  readonly onCase?: (report: CaseReport) => void
}

/** Runs the cases, some at once; each ends in its time. The reports are in the order of the rows. */
export async function runCases(options: RunOptions): Promise<CaseReport[]> {
  const reports: CaseReport[] = []
  const waiting = options.rows.map((row, index) => ({ row, index }))
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const report = await runOne(next.row, options)
      reports[next.index] = report
      options.onCase?.(report)
    }
  }
  const workers = Math.max(1, options.concurrency ?? runLimits.concurrency)
  await Promise.all(Array.from({ length: workers }, work))
  return reports
}

async function runOne(row: Row, options: RunOptions): Promise<CaseReport> {
  const missing = options.lacks(row)
  if (missing !== undefined) return report(row, 'notApplicable', `needs ${missing}`)
  const ready = options.find(row.id)
  if (ready === undefined) return report(row, 'notImplemented', 'this runner has no such case yet')
  const steps = createSteps(options.stepMillisMax ?? runLimits.stepMillisMax)
  const from = performance.now()
  const { verdict, reason } = await judged(() =>
    inTime(ready(steps), options.caseMillisMax ?? runLimits.caseMillisMax),
  )
  const millis = Math.round(performance.now() - from)
  return { ...report(row, verdict, reason), steps: [...steps.taken], millis }
}

async function judged(run: () => Promise<void>): Promise<{ verdict: Verdict; reason: string }> {
  try {
    await run()
    return { verdict: 'passed', reason: '' }
  } catch (cause) {
    if (cause instanceof NotApplicable) return { verdict: 'notApplicable', reason: cause.message }
    if (cause instanceof StepFailed || cause instanceof Fault)
      return { verdict: 'failed', reason: cause.message }
    const words = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
    return { verdict: 'failed', reason: `the runner broke: ${words}` }
  }
}

function inTime(running: Promise<void>, millisMax: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((_resolve, reject) => {
    const words = `not done after ${millisMax / 1000} s`
    timer = setTimeout(() => reject(new StepFailed(words)), millisMax)
  })
  return Promise.race([running, late]).finally(() => clearTimeout(timer))
}

const report = (row: Row, verdict: Verdict, reason: string): CaseReport => ({
  id: row.id,
  title: row.title,
  profile: profileOf(row),
  verdict,
  reason,
  requirements: row.requirements,
  steps: [],
  millis: 0,
})
