import { createPrivateKey, sign } from 'node:crypto'
import { nodeCrypto as crypto, systemEntropy } from '@interlock/host'
import { assert, euiFromBytes, inSeconds, instant, u64, type Eui64 } from '@interlock/kernel'
import {
  closingUses,
  derivedWords,
  maskReading,
  newStationRounds,
  recent,
  roster,
  unmaskReading,
  windowOf,
  type GroupRules,
  type Participant,
} from '@interlock/privacy'
import { compare, interleaved, microsPerCall } from './rounds.ts'
import { line, type Line } from './report.ts'
import type { SealPlan } from './seal-figures.ts'

const rules: GroupRules = {
  honestMin: 5,
  coalitionMax: 2,
  roundMillis: inSeconds(1),
  roundsPerWindow: 1_800,
  readingMax: 1_000_000n,
}
const sizes = [20, 100, 500]

/** What a station computes for one reading in a feeder's sum, beside one signature of it. */
export async function sumFigures(plan: SealPlan): Promise<readonly Line[]> {
  plan.say("Measuring a reading in a feeder's sum.")
  const lines: Line[] = []
  const key = createPrivateKey(crypto.generateKey().pem)
  const data = systemEntropy.bytes(64)
  for (const size of sizes) {
    const take = participation(size)
    const taken = await interleaved(
      plan.rounds,
      () => microsPerCall(take, plan.roundMillis),
      () => microsPerCall(() => void sign('sha256', data, key), plan.roundMillis),
      plan.stop,
    )
    const name = `feeder sum, one reading among ${size}`
    lines.push(line(name, 'µs', 'one sign', 'lower', compare(taken)))
  }
  return lines
}

/** Both messages of one station, a round at each call, nobody missing. */
function participation(size: number): () => void {
  const members = Array.from({ length: size }, (_, at) => euiFromBytes(u64(BigInt(at + 1))))
  const made = roster({ feeder: 'bench/1', version: 1, members }, rules)
  assert(made.ok, 'the roster of the bench is one')
  const [own] = members
  assert(own !== undefined, 'a roster has members')
  const keys = new Map(members.map((each): [Eui64, Uint8Array] => [each, systemEntropy.bytes(32)]))
  const participant: Participant = {
    station: own,
    roster: made.value,
    rules,
    word: derivedWords(keys, crypto),
    closingUse: closingUses(made.value, crypto),
  }
  let rounds = newStationRounds(1)
  let round = 0
  return () => {
    const masked = maskReading(participant, rounds, instant(round * rules.roundMillis), 7_360n)
    assert(masked.ok, 'the reading is masked')
    const earlier = recent(masked.value.rounds.history, windowOf(round, rules))
    const closing = { round, present: members, earlier }
    const unmasked = unmaskReading(participant, masked.value.rounds, closing)
    assert(unmasked.ok, 'the sum is unmasked')
    rounds = unmasked.value.rounds
    round++
  }
}
