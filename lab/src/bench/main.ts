import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDir } from '@interlock/host'
import { carrierFigures } from './carrier-figures.ts'
import { dataFigures } from './data-figures.ts'
import { loadFigures } from './load-figures.ts'
import { Fault } from '@interlock/kernel'
import { json, table, type Line } from './report.ts'
import { missed } from './targets.ts'
import { sealFigures } from './seal-figures.ts'
import { sumFigures } from './sum-figures.ts'
import { streetFigures } from './street-figures.ts'
import { waveformFigures } from './waveform-figures.ts'

const usage = `npm run bench [-- --quick] [--demand] [--json]

Measures Interlock against the bare calls beneath it; see docs/benchmarks.md.

  --quick   fewer and shorter rounds, for CI
  --demand  fail when a figure misses its target
  --json    one JSON object on stdout
`

/** How long each part is measured. */
const sizes = {
  quick: {
    load: { rounds: 5, roundMillis: 300, stations: [200] },
    seal: { rounds: 5, roundMillis: 40 },
    data: { rounds: 5, roundMillis: 20, messages: 100 },
    waveform: { falls: 10 },
    street: { rounds: 2 },
  },
  full: {
    // Long enough for a first event of each station, which has its plan made.
    load: { rounds: 11, roundMillis: 1_000, stations: [200, 1_000] },
    seal: { rounds: 15, roundMillis: 150 },
    data: { rounds: 15, roundMillis: 150, messages: 1_000 },
    waveform: { falls: 100 },
    street: { rounds: 14 },
  },
} as const

async function bench(
  size: keyof typeof sizes,
  say: (words: string) => void,
): Promise<readonly Line[]> {
  const { load, seal, data, waveform, street } = sizes[size]
  const dir = temporaryDir('interlock-bench')
  const stopping = new AbortController()
  const stop = stopping.signal
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => stopping.abort(new Fault('Interrupted', 'stopped by a signal')))
  try {
    return [
      ...(await loadFigures({ dir: join(dir, 'load'), ...load, say, stop })),
      ...(await sealFigures({ ...seal, say, stop })),
      ...(await dataFigures({ ...data, say, stop })),
      ...(await carrierFigures({ ...data, say, stop })),
      ...(await sumFigures({ ...seal, say, stop })),
      ...(await waveformFigures({ dir: join(dir, 'waveform'), ...waveform, say, stop })),
      ...(await streetFigures({ dir: join(dir, 'street'), ...street, say, stop })),
    ]
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => !['--quick', '--demand', '--json'].includes(arg))
  if (unknown !== undefined) {
    process.stderr.write(`bench: there is no option ${unknown}\n\n${usage}`)
    return 2
  }
  const size = args.includes('--quick') ? 'quick' : 'full'
  const began = performance.now()
  const say = (words: string): void => void process.stderr.write(`${words}\n`)
  let lines: readonly Line[]
  try {
    lines = await bench(size, say)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    say(`bench: ${error.message}${error.remedy === undefined ? '' : `\n  ${error.remedy}`}`)
    return 1
  }
  const wallSeconds = Math.round((performance.now() - began) / 1000)
  const report = { size, node: process.version, wallSeconds, figures: json(lines) }
  process.stdout.write(
    args.includes('--json') ? `${JSON.stringify(report)}\n` : `${table(lines)}\n`,
  )
  const short = missed(lines)
  for (const each of short) say(each)
  return args.includes('--demand') && short.length > 0 ? 1 : 0
}

process.exitCode = await main(process.argv.slice(2))
