import type { SealedMessage, SealRefusal, Topic } from '@interlock/contract'
import { fromBase64Url, fromUtf8, toBase64Url, utf8 } from '@interlock/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { at, csms, dso, epoch, opened, samples, sealed, tools, topicOf } from './data.fixture.ts'
import { follow, followFrom, type Run } from './follow.ts'
import { sealData } from './seal.ts'

/**
 * A carrier in somebody else's hands. It has all that was ever published and delivers what it likes,
 * as it likes; it has no key.
 */
const { groupMac, groupSigned, readers } = samples
const count = 8
const kinds = [groupMac, groupSigned, readers] as const

/** What was published: `sequence` 1 … 8 on one topic, under epoch 1 and then 2; the same on another. */
const streams = kinds.map((sample) => {
  const on = (topic: Topic): SealedMessage[] =>
    Array.from({ length: count }, (_, i) => {
      const data = { ...sample.data, topic, sequence: i + 1 }
      const inEpoch = { epoch: epoch(i < 4 ? 1 : 2) }
      const audience = sample === readers ? sample.audience : inEpoch
      return sealData(data, sample.author, audience, tools)
    })
  return {
    sample,
    here: on(sample.data.topic),
    elsewhere: on(topicOf(sample.data.topic.kind, 'two')),
  }
})

type Act =
  | { readonly does: 'deliver' | 'splice'; readonly of: number }
  | {
      readonly does: 'epoch' | 'author' | 'topic' | 'flip'
      readonly of: number
      readonly bit: number
    }
const of = fc.nat(count - 1)
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant('deliver' as const), of }) },
  fc.record({ does: fc.constant('splice' as const), of }),
  fc.record({
    does: fc.constantFrom('epoch' as const, 'author' as const, 'topic' as const, 'flip' as const),
    of,
    bit: fc.nat(10_000),
  }),
)

function made(stream: (typeof streams)[number], what: Act): SealedMessage {
  const source = what.does === 'splice' || what.does === 'topic' ? stream.elsewhere : stream.here
  const message = source[what.of] ?? sealed(stream.sample)
  if (what.does === 'deliver' || what.does === 'splice') return message
  if (what.does === 'flip') {
    const bytes = fromBase64Url(message.body) ?? new Uint8Array()
    const place = what.bit % bytes.length
    return { ...message, body: toBase64Url(bytes.with(place, (bytes[place] ?? 0) ^ 1)) }
  }
  const head = JSON.parse(fromUtf8(fromBase64Url(message.head) ?? new Uint8Array())) as object
  const changes = {
    epoch: { epoch: what.of < 4 ? 2 : 1 },
    author: { author: stream.sample.author === csms ? dso.eui : csms.eui },
    topic: { topic: `ev/eastern/feeder-1/${stream.sample.data.topic.kind}/one` },
  }
  return { ...message, head: toBase64Url(utf8(JSON.stringify({ ...head, ...changes[what.does] }))) }
}

test('whatever it drops, repeats, reorders, splices or changes: each message once, and all else known', () => {
  const seen = new Set<SealRefusal>()
  const scenario = fc.tuple(fc.constantFrom(...streams), fc.array(act, { maxLength: 16 }))
  fc.assert(
    fc.property(scenario, ([stream, acts]) => {
      const taken: number[] = []
      let followed = followFrom(0, at(0))
      for (const each of acts) {
        const result = opened(made(stream, each), stream.sample)
        if (each.does !== 'deliver') {
          // Nothing that the author did not say there gets in, and it is known that somebody tried.
          expect(result.ok, each.does).toBe(false)
          if (!result.ok) seen.add(result.reason)
          continue
        }
        if (!result.ok) throw new Error(`${result.reason} for what was said`)
        const step = follow(followed, result.value.head)
        if (!step.ok) {
          seen.add(step.reason)
          expect(step.reason === 'SealEpochBack' || taken.includes(each.of + 1)).toBe(true)
          continue
        }
        if (step.value.finding !== undefined) seen.add(step.value.finding.reason)
        taken.push(each.of + 1)
        followed = step.value.followed
      }
      expect(new Set(taken).size).toBe(taken.length)
      expect(lost(followed.missing)).toEqual(
        Array.from({ length: followed.last }, (_, i) => i + 1).filter((i) => !taken.includes(i)),
      )
    }),
    { numRuns: 300, seed: 9180 },
  )
  expect([...seen].toSorted()).toEqual([
    'SealAltered',
    'SealAuthor',
    'SealGap',
    'SealMalformed',
    'SealReordered',
    'SealRepeated',
    'SealTopic',
  ])
})

const lost = (missing: readonly Run[]): number[] =>
  missing.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i))
