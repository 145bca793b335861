import { nodeCrypto as crypto } from '@interlock/host'
import { instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { linkExpiry } from './link-codec.ts'
import { createLinkSession } from './link-session.ts'

const now = instant(Date.UTC(2026, 0, 5))
const key = new Uint8Array(32).fill(7)
const pair = () => ({
  llcs: createLinkSession({ key, side: 'llcs', crypto }),
  station: createLinkSession({ key, side: 'station', crypto }),
})
const beat = { kind: 'heartbeat', at: now } as const

test('an answer that is overtaken by a question still opens', () => {
  const { llcs, station } = pair()
  const asked = station.asking.seal(beat, linkExpiry(now))
  expect(llcs.answering.open(asked.bytes, now).ok).toBe(true)
  const ack = llcs.answering.seal({ kind: 'ack', to: `${asked.counter}` }, linkExpiry(now))
  const question = llcs.asking.seal(beat, linkExpiry(now))
  expect(station.answering.open(question.bytes, now).ok).toBe(true)
  expect(station.asking.open(ack.bytes, now).ok).toBe(true)
})

test('a frame of one conversation does not open in the other', () => {
  const { llcs, station } = pair()
  const { bytes } = station.asking.seal(beat, linkExpiry(now))
  expect(llcs.asking.open(bytes, now)).toMatchObject({ ok: false, reason: 'LinkMac' })
})

test('a frame opens once', () => {
  const { llcs, station } = pair()
  const { bytes } = station.asking.seal(beat, linkExpiry(now))
  expect(llcs.answering.open(bytes, now).ok).toBe(true)
  expect(llcs.answering.open(bytes, now)).toMatchObject({ ok: false, reason: 'LinkReplayed' })
})
