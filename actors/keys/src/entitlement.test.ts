import { parseTopic, type TopicGrant } from '@interlock/contract'
import { openGrantBook, silentLog, type HttpRequest } from '@interlock/host'
import { eui64, instant, type Role } from '@interlock/kernel'
import type { Admission } from '@interlock/seal'
import type { Journal } from '@interlock/store'
import { expect, test } from 'vitest'
import { clientEndpoints, consentEndpoints, type KeyDesk } from './endpoints.ts'
import { speaksOf } from './entitlement.ts'
import { openNamedReaders } from './named-readers.ts'

type Peer = HttpRequest['peer']
const eui = (last: string) => eui64(`A0-00-00-00-00-00-00-${last}`)
const [operator, rival] = [eui('01'), eui('02')]
const peerOf = (role: Role, own: string, organisation = eui(own)) =>
  ({ role, eui: eui(own), organisation, thumbprint: `${role} ${own}` }) as Peer
const [csms, otherCsms] = [peerOf('csms', '01'), peerOf('csms', '02')]
// Both are of the operator, as chargers are.
const [home, neighbour] = [peerOf('station', '11', operator), peerOf('station', '12', operator)]
const [supplier, dso] = [peerOf('supplier', '05'), peerOf('dso', '06')]
const [vendor, otherVendor] = [peerOf('web', '07'), peerOf('web', '08')]

const memoryJournal = (): Journal => ({
  entries: () => [],
  append: () => {},
  isLong: false,
  rewrite: () => {},
  close: () => {},
})

function world() {
  const book = openGrantBook(memoryJournal(), silentLog)
  const publish = (organisation: string, kind: TopicGrant['kind'], id?: string) =>
    book.grant({ organisation, may: 'publish', kind, ...(id !== undefined && { id }) })
  publish(operator, 'dailyConsumption', home.eui)
  publish(operator, 'halfHour')
  publish(rival, 'dailyConsumption', eui('22'))
  publish(rival, 'halfHour')
  publish(vendor.organisation, 'dailyConsumption', home.eui)
  const admission: Admission = {
    isTrusted: () => true,
    // Whoever asks has the consent; authors are by contract.
    holds: ({ organisation }, topic, ground) =>
      ground !== 'author' || book.allows(organisation, 'publish', topic),
  }
  const all = [csms, otherCsms, home, neighbour, supplier, dso, vendor, otherVendor]
  const peer = (thumbprint: string) => all.find((each) => each.thumbprint === thumbprint)
  const named = openNamedReaders(memoryJournal(), peer, admission, { now: () => instant(0) })
  for (const [kind, reader] of [
    ['dailyConsumption', supplier],
    ['halfHour', dso],
  ] as const) {
    const topic = parseTopic(`ev/eastern/f1/${kind}/${home.eui}`)
    expect(topic && named.join(topic, reader)).toMatchObject({ ok: true })
  }
  const desk = {
    named,
    admission,
    certificates: { peerOf: peer, chainOf: (of: string) => `chain of ${of}` },
    consents: { next: () => ({ number: 3, previous: 'digest' }) },
    speaksOf: (of: Peer, station: string) => speaksOf(of, station, book),
  } as unknown as KeyDesk
  const doors = [...clientEndpoints(desk), ...consentEndpoints(desk)]
  return async (peer: Peer, path: string, value: string) => {
    const door = doors.find(({ method, url }) => method === 'GET' && url.startsWith(path))
    expect(door?.roles).toContain(peer.role)
    const given = { topic: value, thumbprint: value, station: value }
    const reply = await door?.handle({ peer, query: given, params: given } as never)
    return (reply as { status: number }).status
  }
}

test.each([
  ['dailyConsumption', csms, otherCsms],
  // The neighbour’s station has the grant of the same organisation, for all of its stations.
  ['halfHour', home, neighbour],
  ['halfHour', home, csms],
  ['halfHour', home, peerOf('station', '33', rival)],
] as const)(
  'attack: who reads the %s of a home is for its author to know, and for no other',
  async (kind, author, stranger) => {
    const ask = world()
    const topic = `ev/eastern/f1/${kind}/${home.eui}`
    expect(await ask(author, '/api/v1/readers', topic)).toBe(200)
    expect(await ask(stranger, '/api/v1/readers', topic)).toBe(403)
  },
)

test('attack: the certificate of who only reads names no home’s supplier to whoever is not its author', async () => {
  const ask = world()
  const path = '/api/v1/certificates/'
  for (const [peer, status] of [
    [csms, 200],
    [supplier, 200],
    [otherCsms, 404],
    [neighbour, 404],
    [dso, 404],
  ] as const)
    expect(await ask(peer, path, supplier.thumbprint), peer.thumbprint).toBe(status)
  // What an author signs is verified by everybody.
  for (const author of [csms, home, dso])
    expect(await ask(otherCsms, path, author.thumbprint)).toBe(200)
  expect(await ask(csms, path, 'nobody')).toBe(404)
})

test('attack: how far a home’s consents have come is for who was granted that home', async () => {
  const ask = world()
  const path = '/api/v1/consents/:station'
  for (const [peer, status] of [
    [csms, 200],
    [vendor, 200],
    [otherCsms, 403],
    [otherVendor, 403],
  ] as const)
    expect(await ask(peer, path, home.eui), peer.thumbprint).toBe(status)
  // Granted no home but all half-hours, which is no one home's.
  expect(await ask(otherCsms, path, neighbour.eui)).toBe(403)
})
