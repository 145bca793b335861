import { accessSync, constants, rmSync } from 'node:fs'
import { temporaryDir } from '@interlock/host'
import { Fault } from '@interlock/kernel'

type Flags = Readonly<Record<string, number>>

/** A longer search as a program: whole-number flags in, one JSON object out, 0 only when it holds. */
export type Search<Given extends Flags, Report> = {
  readonly name: string
  readonly usage: string
  readonly args: readonly string[]
  /** Not about the disk: nothing waits for one where the system has a folder in memory. */
  readonly inMemory?: true
  /** With what each is when it is not given. */
  readonly flags: Given
  readonly run: (given: Given, dir: string, say: (words: string) => void) => Promise<Report>
  /** What does not hold, as sentences. */
  readonly failures: (report: Report) => readonly string[]
}

export async function runSearch<Given extends Flags, Report>(
  search: Search<Given, Report>,
): Promise<number> {
  const say = (words: string): void => void process.stderr.write(`${words}\n`)
  const given = read(search.args, search.flags)
  if (typeof given === 'string') {
    say(`${search.name}: ${given}\n\n${search.usage}`)
    return 2
  }
  const dir = temporaryDir(`interlock-${search.name}`, folderOf(search.inMemory))
  try {
    const report = await search.run(given, dir, say)
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
    const failures = search.failures(report)
    for (const failure of failures) say(`${search.name}: ${failure}`)
    return failures.length === 0 ? 0 : 1
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    say(
      `${search.name}: ${error.message}${error.remedy === undefined ? '' : `\n  ${error.remedy}`}`,
    )
    return 1
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

const memory = '/dev/shm'

function folderOf(inMemory: true | undefined): string | undefined {
  if (inMemory === undefined) return undefined
  try {
    accessSync(memory, constants.W_OK)
    return memory
  } catch {
    return undefined
  }
}

function read<Given extends Flags>(args: readonly string[], flags: Given): Given | string {
  const given: Record<string, number> = { ...flags }
  for (let at = 0; at < args.length; at += 2) {
    const name = args[at]?.replace(/^--/, '') ?? ''
    const value = Number(args[at + 1])
    if (!Object.hasOwn(flags, name)) return `there is no option ${args[at]}`
    if (!Number.isSafeInteger(value) || value < 0) return `--${name} needs a whole number`
    given[name] = value
  }
  return given as Given
}

export const countIn = (value: number): number => Math.max(1, value)
