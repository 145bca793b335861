import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  homeDoors,
  HomeUsageRequest,
  openDataDoors,
  OpenDataWord,
  OwnerKeyOffer,
} from '@interlock/contract'
import {
  nodeCrypto as crypto,
  openHttpServer,
  problem,
  silentLog,
  systemClock,
  systemEntropy as entropy,
  temporaryDir,
  writeAtomic,
} from '@interlock/host'
import { eui64, fromBase64, toBase64, unobserved } from '@interlock/kernel'
import { createHomeDoorCertificate } from '@interlock/pki'
import { homeDoorMac, openDataStatement, ownerKeyMac, usageStatement } from '@interlock/seal'
import { expect, onTestFinished, test, vi } from 'vitest'
import { testHierarchy } from '../../tools/doors/hierarchy.ts'
import { main } from './main.ts'

const station = eui64('02-00-00-01-00-00-00-01')
const code = 'ABCDEFGHIJKLMNOP'
const decoded = (text: string): Uint8Array => fromBase64(text) ?? new Uint8Array()

const common = {
  name: 'test',
  listen: { host: '127.0.0.1', port: 0 },
  trust: { roots: [] },
  clientCertificates: false,
  activity: unobserved,
  log: silentLog,
}

/** What of a charger its home sees. */
async function charger(): Promise<string> {
  const { key, pem } = crypto.generateKey()
  const now = systemClock.now()
  const chainPem = createHomeDoorCertificate({ commonName: 'C', key, now, entropy, crypto })
  const server = await openHttpServer({ ...common, identity: { keyPem: pem, chainPem } })
  onTestFinished(() => server.close())
  const door = key.publicKey.spki
  server.unproven({
    method: 'POST',
    url: homeDoors.pair,
    body: OwnerKeyOffer,
    handle({ body }) {
      const { spki, mac } = body as OwnerKeyOffer
      const owner = decoded(spki)
      if (toBase64(ownerKeyMac(code, station, owner, crypto)) !== mac)
        return problem('NotAuthenticated', 'CodeWrong')
      const proof = homeDoorMac(code, station, { owner, door, meter: door }, crypto)
      return { status: 200, body: { meter: toBase64(door), mac: toBase64(proof) } }
    },
  })
  server.unproven({
    method: 'POST',
    url: homeDoors.usage,
    body: HomeUsageRequest,
    handle({ body }) {
      const { by, signature, at, ...query } = body as HomeUsageRequest
      const owner = crypto.publicKey(decoded(by))
      const signed = usageStatement(station, door, query, at, crypto)
      const isGood = owner !== undefined && crypto.verify(owner, signed, decoded(signature))
      return isGood
        ? { status: 200, body: `${query.format} ${query.from}\n`, type: 'text/csv' }
        : problem('NotAuthenticated')
    },
  })
  return `https://127.0.0.1:${await server.listen()}`
}

test('a device pairs with the charger it is shown the code of, and reads what it used', async () => {
  const at = await charger()
  const device = join(temporaryDir('interlock-home'), 'device')
  let said = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => (said += String(text)) !== '')
  onTestFinished(() => void vi.restoreAllMocks())
  const run = async (...args: readonly string[]) => {
    said = ''
    return main(['home', ...args, '--at', at, '--device', device])
  }
  const pair = (shown: string) => run('pair', '--station', station, '--code', shown)
  expect(await pair('GUESSGUESSGUESSG')).toBe(1)
  expect(said).toContain('CodeWrong')
  expect(await pair(code)).toBe(0)
  const { door } = JSON.parse(readFileSync(join(device, 'charger.json'), 'utf8')) as {
    door: string
  }
  expect(readFileSync(join(device, 'meter.b64'), 'utf8').trim()).toBe(door)
  expect(await run('usage', '--from', '2026-01-01', '--until', '2026-01-31')).toBe(0)
  expect(said).toBe(`csv ${Date.parse('2026-01-01')}\n`)
  expect(await run('usage', '--format', 'xml')).toBe(2)
  // Another charger at that address shows another key, and is asked nothing.
  const other = await charger()
  expect(await main(['home', 'usage', '--at', other, '--device', device])).toBe(3)
})

test('an owner’s device says to the operator that its home counts in open data, or no longer', async () => {
  const at = await charger()
  const folder = temporaryDir('interlock-home')
  const device = join(folder, 'device')
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  onTestFinished(() => void vi.restoreAllMocks())
  await main(['home', 'pair', '--at', at, '--device', device, '--station', station, '--code', code])
  const hierarchy = testHierarchy('charging')
  writeAtomic(join(folder, 'root.pem'), hierarchy.rootPem, 0o644)
  const identity = hierarchy.certify('csms')
  const publisher = identity.peer.organisation
  const server = await openHttpServer({ ...common, identity })
  onTestFinished(() => server.close())
  const rows = { method: 'GET', url: openDataDoors.rows } as const
  server.unproven({ ...rows, handle: () => ({ status: 200, body: { publisher } }) })
  const heard: boolean[] = []
  server.unproven({
    method: 'POST',
    url: openDataDoors.choices,
    body: OpenDataWord,
    handle({ body }) {
      const { agrees, by, signature, at: said } = body as OpenDataWord
      const owner = crypto.publicKey(decoded(by))
      const signed = openDataStatement(station, publisher, agrees, said)
      if (owner !== undefined && crypto.verify(owner, signed, decoded(signature)))
        heard.push(agrees)
      return { status: 200, body: {} }
    },
  })
  const url = `https://127.0.0.1:${await server.listen()}`
  const say = (choice: string) => {
    const trust = join(folder, 'root.pem')
    const known = ['--at', url, '--trust', trust, '--device', device]
    return main(['home', 'open-data', ...known, '--choice', choice])
  }
  expect([await say('agree'), await say('withdraw')]).toEqual([0, 0])
  expect(heard).toEqual([true, false])
  expect(await say('perhaps')).toBe(2)
})
