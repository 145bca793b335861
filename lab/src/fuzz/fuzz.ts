import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { seeded } from '@interlock/kernel'
import { watchCoverage, type Coverage } from './coverage.ts'
import { createInputs, type Inputs } from './inputs.ts'
import type { Target } from './target.ts'
import { reaching } from './reaching.ts'
import { openTargets, type Targets } from './targets.ts'

export type Finding = { readonly target: string; readonly problem: string; readonly input: string }
export type FuzzReport = {
  readonly inputs: number
  readonly seed: number
  /** Blocks of our code that were reached, as V8 counts them. */
  readonly blocks: number
  readonly kept: number
  readonly findings: readonly Finding[]
  /** Of each stretch, the live heap once the targets had settled, at its most, and at its end. */
  readonly heapMebibytes: readonly {
    readonly first: number
    readonly most: number
    readonly last: number
  }[]
  readonly wallSeconds: number
}

/**
 * Inputs to one target before the next has its turn and coverage is looked at. Looking costs as much
 * as a hundred inputs, so it is done less often while nothing new is found.
 */
const batchSize = { least: 256, most: 4_096 } as const
/** Messages that a target has at once, each on a connection of its own. */
const lanes = 16
/** A minute of the stations' world passes after so many inputs. */
const inputsPerMinute = 1_024
/** By then the code that an input may need is loaded and compiled, and the stores have their first rows. */
const settlingInputs = 1_024
/** How often the live heap is looked at, in inputs: what is let go from time to time has grown before. */
const heapLookInputs = 32_768
/** After so many inputs the targets start anew, on an empty disk. */
const stretchSize = 250_000
const findingsMax = 20
const inputCharactersShown = 2_000

/**
 * Gives both ends of OCPP messages that are valid, nearly valid and not OCPP at all, and follows what
 * reaches new code. One seed gives one sequence of inputs as long as coverage is alike.
 */
export async function fuzz(options: {
  readonly dir: string
  readonly inputs: number
  readonly seed: number
  readonly say: (words: string) => void
}): Promise<FuzzReport> {
  const { dir, inputs: wanted, seed, say } = options
  const began = performance.now()
  const inputs = createInputs(seeded(`fuzz/${seed}`))
  const coverage = await watchCoverage()
  const findings: Finding[] = []
  const heapMebibytes: Heap[] = []
  let given = 0
  // A finding is told by its message, and most inputs are refused by way of an Error: V8 would spend
  // more on where each was made than the handlers on their work.
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    for (let stretch = 0; given < wanted; stretch++) {
      const place = join(dir, `${stretch}`)
      const targets = await openTargets(place)
      try {
        const until = Math.min(wanted, given + stretchSize)
        const work = { targets, inputs, coverage, findings, say }
        const stretch = await oneStretch(work, given, until)
        given = stretch.given
        heapMebibytes.push(stretch.heap)
      } finally {
        await targets.close()
        rmSync(place, { recursive: true, force: true })
      }
      const rate = Math.round((given * 1000) / (performance.now() - began))
      const live = heapMebibytes.at(-1)?.most
      const resident = mebibytes(process.memoryUsage.rss())
      say(
        `${given} inputs, ${rate}/s, ${coverage.blocks} blocks, ${findings.length} findings, ` +
          `at most ${live} MiB live, ${resident} MiB resident.`,
      )
    }
    const wallSeconds = Math.round((performance.now() - began) / 1000)
    const { blocks } = coverage
    return { inputs: given, seed, blocks, kept: inputs.kept, findings, heapMebibytes, wallSeconds }
  } finally {
    Error.stackTraceLimit = stackTraceLimit
    await coverage.close()
  }
}

type Work = {
  readonly targets: Targets
  readonly inputs: Inputs
  readonly coverage: Coverage
  readonly findings: Finding[]
  readonly say: (words: string) => void
}

/** Gives inputs up to `until`; the live heap is looked at while the targets still hold what they hold. */
async function oneStretch(work: Work, from: number, until: number): Promise<Stretch> {
  const { targets, inputs, coverage } = work
  const heap: number[] = []
  let given = from
  let size: number = batchSize.least
  let minutes = 0
  for (let turn = 0; given < until; turn++) {
    const target = targets.each[turn % targets.each.length]
    if (target === undefined) break
    const batch = Array.from({ length: Math.min(size, until - given) }, () => inputs.next())
    await giveAll(target, batch, work)
    given += batch.length
    const fresh = await coverage.fresh()
    inputs.keep(await reaching(batch, fresh, (some) => giveAll(target, some, work), coverage))
    size = fresh.size > 0 ? batchSize.least : Math.min(batchSize.most, size * 2)
    if (given - from >= settlingInputs + heap.length * heapLookInputs) heap.push(liveMebibytes())
    for (; minutes * inputsPerMinute < given - from; minutes++) await targets.pass()
  }
  const last = liveMebibytes()
  return { given, heap: { first: heap[0] ?? last, most: Math.max(...heap, last), last } }
}

type Heap = FuzzReport['heapMebibytes'][number]
type Stretch = { readonly given: number; readonly heap: Heap }

async function giveAll(target: Target, batch: readonly string[], work: Work): Promise<void> {
  const texts = batch.values()
  const lane = async (): Promise<void> => {
    for (const text of texts) await giveOne(target, text, work)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}

async function giveOne(target: Target, text: string, { findings, say }: Work): Promise<void> {
  const problem = await target.give(text)
  if (problem === undefined || findings.length >= findingsMax) return
  const finding = { target: target.name, problem, input: text.slice(0, inputCharactersShown) }
  findings.push(finding)
  say(wordsOf(finding))
}

const wordsOf = ({ target, problem, input }: Finding): string => `${target}: ${problem} on ${input}`

const mebibytes = (bytes: number): number => Math.round(bytes / 1_048_576)

function liveMebibytes(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  // The second frees the buffers that the first found unused.
  collect()
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return mebibytes(heapUsed + arrayBuffers)
}

/**
 * Twice what code that is compiled late and what is known of coverage take, however many inputs there
 * are; by then a target that kept a kilobyte of each input would have more after the slice of a check.
 */
const growthMebibytesMax = 14
/** From one stretch to the next, with new targets each, nothing may stay behind. */
const leftBehindMebibytesMax = 14
/** From so many inputs on, fewer than this share of them reach what none reached before. */
const keptShare = { from: 3_000, max: 0.1 } as const

/** What did not hold, as sentences. */
export function fuzzFailures({
  inputs,
  kept,
  findings,
  heapMebibytes,
}: FuzzReport): readonly string[] {
  const grown = Math.max(...heapMebibytes.map(({ first, most }) => most - first))
  const left = (heapMebibytes.at(-1)?.last ?? 0) - (heapMebibytes[0]?.last ?? 0)
  const tooMany = inputs >= keptShare.from && kept >= inputs * keptShare.max
  return [
    ...findings.map(wordsOf),
    ...(kept === 0 ? ['no input reached new code'] : []),
    ...(tooMany ? [`${kept} of ${inputs} inputs reached new code: it is not reproduced`] : []),
    ...(grown > growthMebibytesMax ? [`the heap grew by ${grown} MiB`] : []),
    ...(left > leftBehindMebibytesMax ? [`${left} MiB stayed behind`] : []),
  ]
}
