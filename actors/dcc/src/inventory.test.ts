import { rmSync, writeFileSync } from 'node:fs'
import { nodeCrypto as crypto, systemClock, temporaryDir } from '@interlock/host'
import { eui64, instant } from '@interlock/kernel'
import { fromPem, peerOf } from '@interlock/pki'
import { afterAll, expect, test } from 'vitest'
import { createInventory } from './inventory.ts'
import { createSmki } from './smki.ts'

const dir = temporaryDir('interlock-inventory')
const authority = (name: string) => createSmki(`${dir}/${name}`, { wall: systemClock, crypto })
const [own, foreign] = [authority('own'), authority('foreign')]
afterAll(() => {
  for (const each of [own, foreign]) each.close()
  rmSync(dir, { recursive: true, force: true })
})
const eui = eui64('02-00-00-00-00-00-00-0A')
const hub = eui64('02-00-00-00-00-00-00-0B')
const subject = { commonName: 'meter', role: 'meter', eui, organisation: eui } as const
const chain = own.certify(subject).chainPem
const [leaf = ''] = chain.match(/-----BEGIN[^]*?-----END CERTIFICATE-----\n/gu) ?? []

/** An inventory of one meter, of which that file is the certificate. */
function inventoryOf(pem: string, now = systemClock.now()) {
  const certificate = `${dir}/chain.pem`
  writeFileSync(certificate, pem)
  const device = { eui, kind: 'meter' as const, hub, certificate }
  const devices = [{ ...device, responsible: [], readers: [], controllers: [] }]
  const roots = fromPem(own.rootPem, 'CERTIFICATE')
  const wall = { now: () => now }
  return createInventory({ hubs: [hub], devices, awaited: [] }, { roots, deps: { crypto, wall } })
}

test('a device is known by a certificate that hangs from the smart-meter root', () => {
  expect(inventoryOf(chain).device(eui)?.kind).toBe('meter')
})

test.each([
  ['of a root that is not ours', foreign.certify(subject).chainPem, 'ChainBroken'],
  ['without its authority', leaf, 'RootUnknown'],
  ['beside an authority that did not sign it', `${leaf}${foreign.issuingPem}`, 'ChainBroken'],
])('a certificate %s is none: the data company does not start', (_which, pem, reason) => {
  expect(() => inventoryOf(pem)).toThrow(reason)
})

test('one that has expired keeps nobody else from starting', () => {
  const peer = peerOf(fromPem(chain, 'CERTIFICATE')[0] ?? new Uint8Array(), crypto)
  if (!peer.ok) throw new Error(peer.reason)
  const { notAfter } = peer.value
  expect(inventoryOf(chain, instant(notAfter + 1)).device(eui)?.certificate.notAfter).toBe(notAfter)
})
