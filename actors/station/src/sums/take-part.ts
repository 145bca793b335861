import {
  feederSumTimes,
  type Masked,
  type MaskKey,
  type MaskRoster,
  type MaskRound,
  type Topic,
} from '@interlock/contract'
import type { ActorDeps } from '@interlock/host'
import {
  between,
  Fault,
  instant,
  millis,
  toBase64Url,
  type Eui64,
  type Millis,
  type PrivateKey,
  type Timer,
} from '@interlock/kernel'
import { roundAt, type GroupRules } from '@interlock/privacy'
import type { Journal } from '@interlock/store'
import { messageUnfit, type Following, type Topics } from '@interlock/topics'
import { lastHalfHour, nextHalfHour, noteRegister } from './half-hours.ts'
import { stationSums, type SumRefusal } from './station-sums.ts'
import { openSumMemory } from './sum-memory.ts'

export type TakePartOptions = {
  readonly topics: Pick<Topics, 'publish' | 'tell' | 'follow'>
  readonly station: Eui64
  readonly place: Pick<Topic, 'region' | 'feeder'>
  /** Whose sums these are. */
  readonly dso: Eui64
  /** For masks alone. */
  readonly key: PrivateKey
  readonly journal: Journal
  readonly rules: GroupRules
  readonly meter: () => { readonly watts: number; readonly registerWattHours: number }
  readonly onRefused: (reason: SumRefusal, detail: string | undefined) => void
  readonly deps: Pick<ActorDeps, 'clock' | 'crypto' | 'entropy' | 'log'>
}

export type SumPart = {
  /** The version of the roster that it takes part in, once there is one. */
  readonly roster: number | undefined
  close(): void
}

/**
 * A station in the sums of its feeder: it says its key, hears those of the others, and masks in each
 * round what its meter reads. It refuses what would tell of too few, whoever asks. It is to be closed
 * after `topics`, which bring it what it hears.
 * @throws Fault when its journal cannot be read
 */
export function takePartInSums(options: TakePartOptions): SumPart {
  const { topics, station, place, dso, key, rules, meter, deps } = options
  const { clock, crypto, entropy, log } = deps
  const feeder = `${place.region}/${place.feeder}`
  const keeper = openSumMemory(options.journal, feeder, entropy)
  const sums = stationSums({
    station,
    feeder,
    key,
    secret: keeper.secret,
    rules,
    crypto,
    keeper,
    say: (payload) => void publish(payload),
    onRefused: capped(options),
  })
  const timers = new Map<string, Timer>()

  async function publish(payload: Masked): Promise<void> {
    try {
      const said = await topics.publish({ ...place, kind: 'masked', id: station }, payload)
      if (!said.ok) log.warn({ reason: said.reason }, 'not said for the sum of the feeder')
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      log.warn({ detail: error.message }, 'not said for the sum of the feeder')
    }
  }
  const follow = (
    kind: 'maskKey' | 'maskRoster' | 'maskRound',
    hears: NonNullable<Following['hears']>,
    handle: (payload: unknown, of: Eui64) => void,
  ): void =>
    topics.follow({
      name: kind,
      isFresh: true,
      selection: { kind, ...place },
      begins: 'first',
      // What is late is of no use any more; the next of its author shows it as a gap.
      ignores: ['SealExpired'],
      hears,
      async handle({ payload, author }) {
        handle(payload, author.eui)
      },
    })
  const isDso: Following['hears'] = (peer) => peer.role === 'dso' && peer.organisation === dso
  follow(
    'maskKey',
    (peer, topic) => peer.role === 'station' && peer.eui === topic.id,
    (payload, of) => {
      if (!sums.keySaid(of, payload as MaskKey)) throw messageUnfit('KeyUnreadable')
    },
  )
  follow('maskRoster', isDso, (payload) => sums.rosterTold(payload as MaskRoster))
  follow('maskRound', isDso, (payload) => sums.roundTold(payload as MaskRound, clock.now()))

  function later(label: string, wait: Millis, work: () => void): void {
    const named = `${station}/sums/${label}`
    timers.set(
      label,
      clock.after(wait, named, () => {
        try {
          work()
        } catch (error) {
          if (!(error instanceof Fault)) throw error
          log.error({ label, detail: error.message }, 'no part in the feeder’s sum')
        }
      }),
    )
  }
  function noteHalfHour(): void {
    later('half-hour', between(clock.now(), nextHalfHour(clock.now())), noteHalfHour)
    const reads = noteRegister(keeper.memory.reads, clock.now(), meter().registerWattHours)
    if (reads !== keeper.memory.reads) keeper.keep({ reads })
  }
  function sendInNext(): void {
    const now = clock.now()
    const begin = instant((roundAt(now, rules) + 1) * rules.roundMillis)
    const { readingsFromMillis, spreadMillis } = feederSumTimes
    const spread = entropy.below(spreadMillis)
    later('reading', millis(begin + readingsFromMillis + spread - now), () => {
      sendInNext()
      const at = clock.now()
      const wattHours = lastHalfHour(keeper.memory.reads, at)
      if (wattHours === undefined) return
      sums.send({ watts: whole(meter().watts), wattHours: whole(wattHours) }, at)
    })
  }
  function sayKey(): void {
    later('key', millis(feederSumTimes.repeatMillis), sayKey)
    const payload: MaskKey = { key: toBase64Url(key.publicKey.spki) }
    topics.tell({ ...place, kind: 'maskKey', id: station }, payload)
  }
  noteHalfHour()
  sendInNext()
  sayKey()

  return {
    get roster() {
      return sums.roster
    },
    close() {
      for (const timer of timers.values()) timer.cancel()
      keeper.close()
    },
  }
}

/** Whoever asks could ask as often as it likes. */
const refusalsPerRoundMax = 8

function capped({ onRefused, rules, deps }: TakePartOptions): TakePartOptions['onRefused'] {
  let [round, count] = [-1, 0]
  return (reason, detail) => {
    const now = roundAt(deps.clock.now(), rules)
    if (now !== round) [round, count] = [now, 0]
    count += 1
    if (count <= refusalsPerRoundMax) onRefused(reason, detail)
  }
}

const whole = (value: number): bigint => BigInt(Math.round(value))
