import type { MaskClosing, Masked, MaskKey, MaskRoster, MaskRound } from '@interlock/contract'
import { fromBase64Url, type Eui64, type Instant, type PublicKey } from '@interlock/kernel'
import {
  maskBoth,
  newStationRounds,
  openBoth,
  readClosing,
  roundAt,
  unmaskBoth,
  windowOf,
  writeMasked,
  writeOpening,
  type Member,
  type Quantities,
  type StationProblem,
  type SumMessageProblem,
} from '@interlock/privacy'
import {
  membershipIn,
  rosterDigest,
  type MembershipProblem,
  type SumIdentity,
} from './membership.ts'
import type { SumKeeper } from './sum-memory.ts'

export type SumRefusal = MembershipProblem | StationProblem | SumMessageProblem

export type StationSumsOptions = SumIdentity & {
  readonly keeper: Pick<SumKeeper, 'memory' | 'keep'>
  readonly say: (payload: Masked) => void
  readonly onRefused: (reason: SumRefusal, detail: string | undefined) => void
}

/** One station in the sums of its feeder: what it hears, and what it answers. */
export type StationSums = {
  /** False for what is no key. */
  keySaid(station: Eui64, payload: MaskKey): boolean
  rosterTold(payload: MaskRoster): void
  roundTold(payload: MaskRound, now: Instant): void
  /** Masks what the meter reads, once in each round. */
  send(reading: Quantities<bigint>, now: Instant): void
  /** The roster that it takes part in. */
  readonly roster: number | undefined
}

/** What happens to every station now and then, and is nobody's fault. */
const ordinary: readonly SumRefusal[] = [
  'KeyUnknown',
  'NotMember',
  'NotPresent',
  'RosterTooNew',
  'RoundNotOpen',
  'RoundUsed',
]
const keysMax = 4_000

export function stationSums(options: StationSumsOptions): StationSums {
  const { keeper, rules, crypto, say, onRefused } = options
  const keys = new Map<Eui64, PublicKey>()
  let told: MaskRoster | undefined
  let member: Member | undefined
  let audited = -1

  function refuse(reason: SumRefusal, detail: string | undefined): void {
    if (!ordinary.includes(reason)) onRefused(reason, detail)
  }

  function join(): void {
    if (told === undefined) return
    const { pinned } = keeper.memory
    const made = membershipIn(told, options, keys, pinned)
    if (!made.ok) return refuse(made.reason, made.detail)
    const { version } = told
    if (pinned?.version !== version)
      keeper.keep({ pinned: { version, digest: rosterDigest(told, crypto) } })
    member = made.value
    told = undefined
  }

  function unmask(of: Member, payload: MaskClosing): void {
    const { rounds } = keeper.memory
    const closing = readClosing(payload, of.roster)
    if (!closing.ok) return refuse(closing.reason, closing.detail)
    if (rounds === undefined) return
    const step = unmaskBoth(of, rounds, closing.value)
    if (!step.ok) return refuse(step.reason, step.detail)
    keeper.keep({ rounds: step.value.rounds })
    say(writeMasked('unmasking', step.value.message))
  }

  /** Its words say nothing about any mask; answered once in a round, of the window that runs. */
  function open(of: Member, round: number, now: Instant): void {
    const current = roundAt(now, rules)
    const isRecent = round <= current && windowOf(round, rules) >= windowOf(current, rules) - 1
    if (!isRecent || audited >= round) return
    audited = round
    say(writeOpening(openBoth(of, round), of.roster))
  }

  return {
    get roster() {
      return member?.roster.version
    },
    keySaid(station, { key }) {
      const spki = fromBase64Url(key)
      const said = spki && crypto.publicKey(spki)
      if (said === undefined) return false
      if (keys.size >= keysMax && !keys.has(station)) return true
      keys.set(station, said)
      join()
      return true
    },
    rosterTold(payload) {
      if (payload.version === member?.roster.version && told === undefined) {
        const { pinned } = keeper.memory
        const isSame = pinned?.digest === rosterDigest(payload, crypto)
        return isSame ? undefined : refuse('RosterOther', `${payload.version}`)
      }
      told = payload
      join()
    },
    roundTold(payload, now) {
      if (member === undefined || payload.roster !== member.roster.version) return
      if (payload.step === 'audit') open(member, payload.round, now)
      else unmask(member, payload)
    },
    send(reading, now) {
      if (member === undefined) return
      const rounds = keeper.memory.rounds ?? newStationRounds(member.roster.version)
      const step = maskBoth(member, rounds, now, reading)
      if (!step.ok) return refuse(step.reason, step.detail)
      keeper.keep({ rounds: step.value.rounds })
      say(writeMasked('reading', step.value.message))
    },
  }
}
