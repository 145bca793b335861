import { profileEntriesMax, readProfile, unprotect } from '@interlock/gbcs'
import { instant, type Eui64, type PrivateKey } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { halfHourMillis } from './core/settlement.ts'
import { crypto, dsrsp, llcs as device, supplier } from './fixture/parties.fixture.ts'
import { createKeeper } from './keeper.ts'
import type { Llcs } from './llcs.ts'
import { readSettlement } from './settlement-read.ts'

const noon = Date.UTC(2026, 0, 5, 12)
const at = (count: number) => instant(noon + count * halfHourMillis)
const spans = [0, 1].map((place) => ({
  from: at(place),
  until: at(place + 1),
  importWattHours: 1_000 * (place + 1),
  exportWattHours: 0,
}))

/** What the read sees of an LLCS; its disk outlives it. */
function reading({ hasMeter = true } = {}) {
  let lines: unknown[] = []
  const journal = {
    entries: () => lines,
    append: (entry: unknown) => void lines.push(entry),
    isLong: false,
    rewrite: (entries: readonly unknown[]) => void (lines = [...entries]),
    close() {},
  }
  const payer = { supplier: supplier.peer }
  const start = (): Llcs =>
    ({
      eui: device.peer.eui,
      identity: device,
      deps: { crypto },
      anchors: { dsrsp: dsrsp.peer },
      payer,
      settled: hasMeter ? { halfHours: () => spans } : undefined,
      keeper: createKeeper(journal),
    }) as unknown as Llcs
  let running = start()
  return {
    payer,
    restart: () => void (running = start()),
    ask: (counter: bigint, originator: Eui64 = supplier.peer.organisation, until = at(2)) =>
      readSettlement(running, {
        useCase: 'ECS22b',
        originator,
        target: device.peer.eui,
        counter,
        from: at(0),
        until,
      }),
  }
}

const opened = (data: Uint8Array | undefined, reader: Eui64, counter: bigint, own: PrivateKey) => {
  const of = { device: device.peer.eui, reader, counter }
  const keys = { own, peer: device.peer.publicKey }
  const plain = unprotect(data ?? new Uint8Array(), of, keys, crypto)
  return plain && readProfile(plain)
}

test('supplier and DSRSP read what is encrypted for each of them, and neither reads the other', () => {
  const { ask } = reading()
  const entries = spans.map(({ until, importWattHours: wattHours }) => ({ until, wattHours }))
  const [one, other] = [supplier.peer.organisation, dsrsp.peer.organisation]
  const toSupplier = ask(7n)
  expect(toSupplier.result).toBe('success')
  expect(opened(toSupplier.data, one, 7n, supplier.key)).toEqual(entries)
  expect(opened(toSupplier.data, one, 7n, dsrsp.key)).toBeUndefined()
  expect(opened(ask(7n, other).data, other, 7n, dsrsp.key)).toEqual(entries)
})

test('no counter of a reader is answered twice, be it for another period, after a restart, or below', () => {
  const { ask, restart, payer } = reading()
  expect(ask(7n).result).toBe('success')
  // Two answers under one key would tell whoever holds both what they differ in.
  expect(ask(7n, undefined, at(1))).toEqual({ result: 'otherReason' })
  restart()
  expect(ask(7n)).toEqual({ result: 'otherReason' })
  expect(ask(6n)).toEqual({ result: 'otherReason' })
  expect(ask(8n).result).toBe('success')
  // Whoever used them all up in its name has done so to this certificate.
  expect(ask((1n << 64n) - 1n).result).toBe('success')
  expect(ask(9n)).toEqual({ result: 'otherReason' })
  payer.supplier = { ...supplier.peer, publicKey: crypto.generateKey().key.publicKey }
  expect(ask(9n).result).toBe('success')
})

test('nobody else reads, nobody reads more than a message holds, and without a meter there is nothing', () => {
  const { ask } = reading()
  expect(ask(7n, device.peer.eui)).toEqual({ result: 'scopeOfAccessViolated' })
  expect(ask(7n, undefined, at(profileEntriesMax))).toEqual({ result: 'otherReason' })
  expect(ask(7n, undefined, at(profileEntriesMax - 1)).result).toBe('success')
  expect(reading({ hasMeter: false }).ask(7n)).toEqual({ result: 'objectUndefined' })
})
