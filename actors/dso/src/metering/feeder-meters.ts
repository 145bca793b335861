import { loadPeer, problem, type ActorDeps, type Endpoint } from '@interlock/host'
import { instant, toIso } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import type { OscpRequest } from '@interlock/oscp'
import { openFeederReading } from '@interlock/seal'
import { Type } from 'typebox'
import type { FeederConfig } from '../config.ts'
import { blockMillis } from '../forecast/load-series.ts'
import type { Blocks, BlockRecord } from './blocks.ts'
import type { FeederSayings } from './feeder-sayings.ts'

/** A reading is of the last day; what is older says nothing that could still be acted on. */
const readingAgeMillisMax = 24 * 3_600_000
const blocksShown = 96

export type FeederMeters = {
  /** Where meters bring their readings. */
  readonly door: Endpoint
  /** Where the operator itself looks: with what single homes let it read, so no console may. */
  readonly feeder: Endpoint
  /** Whether what it says is of a feeder that it may not report of. */
  demur(request: OscpRequest): 'ReportUnwanted' | undefined
  /** What a provider says it has used. */
  heard(provider: string, request: OscpRequest): void
  /** At the start of a block: judges, and notes meters that say nothing. */
  look(): void
}

/**
 * Readings of the feeders' own meters, and what they show. They do not come from those whose vehicles
 * they tell on: the meter is the operator's, signs by a key under another root, and whoever carries a
 * reading can only withhold it, which is noted too.
 * @throws Fault when a certificate cannot be read.
 */
export function createFeederMeters(options: {
  readonly feeders: readonly FeederConfig[]
  readonly blocks: Blocks
  readonly sayings: Pick<FeederSayings, 'documentOf'>
  readonly audit: Audit
  readonly deps: Pick<ActorDeps, 'clock' | 'crypto' | 'log'>
}): FeederMeters {
  const { feeders, blocks, sayings, audit, deps } = options
  const { clock, crypto, log } = deps
  const meters = new Map(
    feeders.flatMap(({ group, meter }) =>
      meter === undefined ? [] : [[group, loadPeer(meter)] as const],
    ),
  )
  /** Of the blocks that are still held, those whose silence is noted already. */
  let silent: ReadonlySet<string> = new Set()

  const judge = (): void => {
    for (const { group, from, breaches = [] } of blocks.judge(clock.now()))
      for (const breach of breaches) {
        audit.critical('CapacityBreach', { group, from: toIso(from), ...breach })
        log.warn({ group, from: toIso(from), ...breach }, 'a feeder carries more than was allotted')
      }
  }
  const door: Endpoint = {
    method: 'POST',
    url: '/api/v1/feeder-readings',
    roles: ['meter'],
    body: Type.Object({ group: Type.String({ maxLength: 128 }), reading: Type.Unknown() }),
    summary: 'A signed reading of a quarter of an hour, of the meter at the head of a feeder.',
    handle({ peer, body }) {
      const { group, reading } = body as { group: string; reading: unknown }
      const meter = meters.get(group)
      if (meter === undefined || meter.thumbprint !== peer.thumbprint)
        return problem('NotPermitted', 'not the meter of this feeder')
      const opened = openFeederReading(reading, meter, crypto)
      if (!opened.ok) {
        audit.record('ReadingRefused', { group, reason: opened.reason })
        return problem('BodyInvalid', opened.reason)
      }
      const { feeder, from, wattHours } = opened.value
      const now = clock.now()
      if (feeder !== group || from % blockMillis !== 0)
        return problem('BodyInvalid', 'of another feeder, or of no quarter of an hour')
      if (from + blockMillis > now || from < now - readingAgeMillisMax)
        return problem('BodyInvalid', 'of a time that is not over, or long ago')
      const taken = blocks.meter(group, from, (wattHours * 3_600_000) / blockMillis)
      if (taken === 'contradicted') {
        audit.critical('ReadingContradicted', { group, from: toIso(from), wattHours })
        return problem('BodyInvalid', 'another reading of this block is held')
      }
      judge()
      return { status: 204 }
    },
  }
  return {
    door,
    feeder: {
      method: 'GET',
      url: '/api/v1/feeders/:group',
      roles: ['dso'],
      summary: 'What was expected, reported and metered in each quarter of an hour, and breaches.',
      handle({ params }) {
        const { group = '' } = params
        if (!feeders.some((each) => each.group === group))
          return problem('NotFound', 'no such feeder')
        const shown = blocks.of(group).slice(0, blocksShown).map(documentOf)
        const body = {
          group,
          metered: meters.has(group),
          blocks: shown,
          ...sayings.documentOf(group),
        }
        return { status: 200, body }
      },
    },
    demur(request) {
      const { message } = request
      if (message !== 'update_group_measurements' && message !== 'update_asset_measurements')
        return undefined
      const of = feeders.find(({ group }) => group === request.body.group)
      return of?.reported === true ? undefined : 'ReportUnwanted'
    },
    heard(provider, request) {
      if (request.message !== 'update_group_measurements') return
      const { group, measurements } = request.body
      const now = clock.now()
      let untimely = 0
      for (const { value, unit, direction, since, at } of measurements) {
        if (direction !== 'IMPORT' || since === undefined) continue
        if (since % blockMillis !== 0 || at - since !== blockMillis) continue
        // Of a block that has not begun it would push those out that are still to be judged.
        if (since > now || since < now - readingAgeMillisMax) {
          untimely += 1
          continue
        }
        const wattHours = unit === 'KWH' ? value * 1_000 : value
        blocks.report(group, instant(since), provider, (wattHours * 3_600_000) / blockMillis)
      }
      if (untimely > 0)
        audit.record('ReadingRefused', { group, provider, reason: 'Untimely', count: untimely })
      judge()
    },
    look() {
      judge()
      const unmetered = [...meters.keys()].flatMap((group) => blocks.unmetered(group, clock.now()))
      const noted = silent
      silent = new Set(unmetered.map(nameOf))
      for (const block of unmetered)
        if (!noted.has(nameOf(block)))
          audit.record('FeederMeterSilent', { group: block.group, from: toIso(block.from) })
    },
  }
}

const nameOf = ({ group, from }: BlockRecord): string => `${from} ${group}`

const documentOf = ({ from, expected, reported, meteredWatts, breaches }: BlockRecord) => ({
  from: toIso(from),
  expected: expected ?? null,
  reported,
  meteredWatts: meteredWatts ?? null,
  breaches: breaches ?? null,
})
