import { existsSync } from 'node:fs'
import {
  identityOf,
  readText,
  saveIdentity,
  temporaryDir,
  writeAtomic,
  type Identity,
} from '@interlock/host'
import { createCsr } from '@interlock/pki'
import { expect, test } from 'vitest'
import type { StationConfig } from './config.ts'
import { certify, charging, crypto, station, stationSubject } from './fixture/parties.fixture.ts'
import { standardConfig } from './fixture/standard.fixture.ts'
import { openOwnIdentity, trialsMax, type OwnIdentity } from './own-identity.ts'

const successor = (): Identity => {
  const { key, pem } = crypto.generateKey()
  const csr = createCsr(key, stationSubject, crypto)
  const chain = certify(csr, stationSubject, 'chargingDevice', charging.issuing)
  return identityOf(pem, chain, 'successor')
}
const serialOf = (identity: Identity | undefined): string | undefined => identity?.peer.serialHex
const [old, next] = [serialOf(station), successor()]

/** A charger that was commissioned, and its folder. */
function held(trustMode: StationConfig['trustMode'] = 'supervised') {
  const dir = temporaryDir('interlock-own')
  saveIdentity(dir, station.keyPem, station.chainPem)
  const config: StationConfig = { ...standardConfig({ port: 0, data: dir }), trustMode }
  const reopen = (): OwnIdentity => openOwnIdentity(dir, config, crypto)
  return { dir, own: reopen(), reopen }
}
/** The CSMS accepts the charger as it shows itself, or as it did on an older connection. */
const accept = (own: OwnIdentity, shown = own.identity()): string | undefined => {
  const verdict = own.verdict(shown)
  if (verdict === 'TryAgain') own.tryAgain()
  else if (verdict !== undefined) own.settle(verdict)
  return verdict === 'TryAgain' ? verdict : verdict?.outcome
}

test('A02.FR.08: a new certificate is the next one shown, before and after a loss of power', () => {
  const { own, reopen } = held()
  own.take(next)
  expect(serialOf(own.identity())).toBe(serialOf(next))
  expect(serialOf(reopen().identity())).toBe(serialOf(next))
})

test('A02.FR.28, A03.FR.24: where it is not accepted the two take turns', () => {
  const { own } = held()
  own.alternate()
  expect(serialOf(own.identity())).toBe(old)
  own.take(next)
  const turns = [1, 2, 3].map(() => {
    own.alternate()
    return serialOf(own.identity())
  })
  expect(turns).toEqual([old, serialOf(next), old])
})

test('A02.FR.10: an accepted one is the only one, and nothing of the old is left', () => {
  const { dir, own, reopen } = held()
  own.take(next)
  expect(accept(own)).toBe('RenewalProven')
  for (const each of [own, reopen()]) {
    each.alternate()
    expect(serialOf(each.identity())).toBe(serialOf(next))
  }
  expect(readText(`${dir}/key.pem`)).toBe(next.keyPem)
  expect(readText(`${dir}/chain.pem`)).toBe(next.chainPem)
  expect(existsSync(`${dir}/renewed/key.pem`)).toBe(false)
})

test.each(['supervised', 'standard'] as const)(
  'A02.FR.10: where a %s charger is refused for the new one and accepted under the old one, the new one is not shown again',
  (trustMode) => {
    const { dir, own, reopen } = held(trustMode)
    own.take(next)
    own.refused(own.identity())
    own.alternate()
    expect(accept(own)).toBe('RenewalDiscarded')
    for (const each of [own, reopen()]) {
      each.alternate()
      expect(serialOf(each.identity())).toBe(old)
      // The register of a supervised one has the new key, which has to sign for the next.
      expect(each.hasHad(next.key.publicKey)).toBe(trustMode === 'supervised')
      const newest = trustMode === 'supervised' ? next : station
      expect(each.newestKey()?.publicKey.spki).toEqual(newest.key.publicKey.spki)
    }
    expect(existsSync(`${dir}/renewed/chain.pem`)).toBe(false)
    expect(existsSync(`${dir}/renewed/key.pem`)).toBe(trustMode === 'supervised')
  },
)

test('A02.FR.28: a CSMS that was away has not refused the new one, which is tried again as soon as it is there', () => {
  const { own, reopen } = held()
  own.take(next)
  own.refused(station)
  own.alternate()
  expect(accept(own)).toBe('TryAgain')
  for (const each of [own, reopen()]) {
    expect(serialOf(each.identity())).toBe(serialOf(next))
    each.alternate()
    expect(serialOf(each.identity())).toBe(old)
    each.alternate()
  }
  expect(accept(own)).toBe('RenewalProven')
})

test('A02.FR.10: a CSMS that lets in the old one and ends the new one without a word has answered at last', () => {
  const { own } = held()
  own.take(next)
  const answers = Array.from({ length: trialsMax + 1 }, () => {
    own.alternate()
    return accept(own)
  })
  expect(answers.slice(0, -1)).toEqual(Array.from({ length: trialsMax }, () => 'TryAgain'))
  expect(answers.at(-1)).toBe('RenewalDiscarded')
})

test('what was held against one certificate does not count against the next', () => {
  const { own } = held()
  own.take(next)
  own.refused(own.identity())
  own.take(successor())
  own.alternate()
  expect(accept(own)).toBe('TryAgain')
})

test('an old connection that still stands when the new certificate comes decides nothing', () => {
  const { own } = held()
  const shown = own.identity()
  own.take(next)
  expect(own.verdict(shown)).toBeUndefined()
  expect(own.verdict(undefined)).toBeUndefined()
  expect(serialOf(own.identity())).toBe(serialOf(next))
})

test('power lost while a new one is written leaves the old one', () => {
  const { dir, own, reopen } = held()
  own.take(next)
  // The certificate before it has been removed, and only the key is there.
  const { keyPem } = successor()
  saveIdentity(`${dir}/renewed`, keyPem, next.chainPem)
  expect(serialOf(reopen().identity())).toBe(old)
})

test('power lost while the new one takes the place of the old one leaves the new one', () => {
  const { dir, own, reopen } = held()
  own.take(next)
  writeAtomic(`${dir}/key.pem`, next.keyPem)
  const again = reopen()
  again.alternate()
  expect(serialOf(again.identity())).toBe(serialOf(next))
  expect(readText(`${dir}/chain.pem`)).toBe(next.chainPem)
  expect(existsSync(`${dir}/renewed/chain.pem`)).toBe(false)
})

test('a third certificate takes the place of the second, and the first is still there', () => {
  const { own } = held()
  const third = successor()
  own.take(next)
  own.take(third)
  expect(serialOf(own.identity())).toBe(serialOf(third))
  own.alternate()
  expect(serialOf(own.identity())).toBe(old)
})
