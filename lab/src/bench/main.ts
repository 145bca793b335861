import { rmSync } from 'node:fs'
import { temporaryDir } from '@interlock/host'
import { Fault } from '@interlock/kernel'
import { measure } from './groups.ts'
import { readOptions, usage, type BenchOptions } from './options.ts'
import { json, table, type Line } from './report.ts'
import { missed, unmeasured } from './targets.ts'

async function bench(
  { only, size }: BenchOptions,
  say: (words: string) => void,
): Promise<readonly Line[]> {
  const dir = temporaryDir('interlock-bench')
  const stopping = new AbortController()
  const stop = stopping.signal
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => stopping.abort(new Fault('Interrupted', 'stopped by a signal')))
  try {
    return await measure(only, size, { dir, say, stop })
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args)
  if (typeof options === 'string') {
    process.stderr.write(`bench: ${options}\n\n${usage}`)
    return 2
  }
  const { size, only } = options
  const began = performance.now()
  const say = (words: string): void => void process.stderr.write(`${words}\n`)
  let lines: readonly Line[]
  try {
    lines = await bench(options, say)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    say(`bench: ${error.message}${error.remedy === undefined ? '' : `\n  ${error.remedy}`}`)
    return 1
  }
  const wallSeconds = Math.round((performance.now() - began) / 1000)
  const report = { size, groups: only, node: process.version, wallSeconds, figures: json(lines) }
  process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : `${table(lines)}\n`)
  const short = [...missed(lines), ...unmeasured(lines, only)]
  for (const each of short) say(each)
  return options.demand && short.length > 0 ? 1 : 0
}

process.exitCode = await main(process.argv.slice(2))
