import { join } from 'node:path'
import { carrierFigures } from './carrier-figures.ts'
import { dataFigures } from './data-figures.ts'
import { loadFigures } from './load-figures.ts'
import type { Group } from './options.ts'
import type { Line } from './report.ts'
import { sealFigures } from './seal-figures.ts'
import { streetFigures } from './street-figures.ts'
import { sumFigures } from './sum-figures.ts'
import { waveformFigures } from './waveform-figures.ts'

/** How long each part is measured. */
export const sizes = {
  quick: {
    load: { rounds: 5, roundMillis: 300, stations: [200] },
    seal: { rounds: 5, roundMillis: 40 },
    data: {
      rounds: 11,
      roundMillis: 20,
      messages: 400,
      warmingMessages: 2_000,
      pacedMessages: 50,
      topics: 500,
      readers: 20,
      crowdMessages: 5,
    },
    waveform: { falls: 10 },
    street: { rounds: 2 },
  },
  full: {
    // Long enough for a first event of each station, which has its plan made.
    load: { rounds: 11, roundMillis: 1_000, stations: [200, 1_000] },
    seal: { rounds: 15, roundMillis: 150 },
    data: {
      rounds: 15,
      roundMillis: 150,
      messages: 2_000,
      warmingMessages: 2_000,
      pacedMessages: 500,
      topics: 10_000,
      readers: 1_000,
      crowdMessages: 20,
    },
    waveform: { falls: 100 },
    street: { rounds: 14 },
  },
} as const

type Run = {
  readonly dir: string
  readonly say: (words: string) => void
  readonly stop: AbortSignal
}
type Figures = (size: (typeof sizes)[keyof typeof sizes], run: Run) => Promise<readonly Line[]>

/** The parts of each group. */
export const groups = {
  /** Messages between station and CSMS. */
  ocpp: [({ load }, run) => loadFigures({ ...load, ...run, dir: join(run.dir, 'load') })],
  /** What a change of load passes on its way: gates, seals, the smart-meter network, the street. */
  arm: [
    ({ seal }, run) => sealFigures({ ...seal, ...run }),
    ({ waveform }, run) => waveformFigures({ ...waveform, ...run, dir: join(run.dir, 'waveform') }),
    ({ street }, run) => streetFigures({ ...street, ...run, dir: join(run.dir, 'street') }),
  ],
  /** Data for named readers, whoever carries it. */
  sealed: [
    ({ data }, run) => dataFigures({ ...data, ...run }),
    ({ data }, run) => carrierFigures({ ...data, ...run }),
    ({ seal }, run) => sumFigures({ ...seal, ...run }),
  ],
} as const satisfies Readonly<Record<Group, readonly Figures[]>>

/** Measures these groups, one part after the other. */
export async function measure(
  only: readonly Group[],
  size: keyof typeof sizes,
  run: Run,
): Promise<readonly Line[]> {
  const lines: Line[] = []
  for (const group of only)
    for (const figures of groups[group]) lines.push(...(await figures(sizes[size], run)))
  return lines
}
