import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  ensureDir,
  nodeCrypto as crypto,
  ownKey,
  problem,
  systemClock,
  temporaryDir,
  writeAtomic,
} from '@interlock/host'
import { eui64 } from '@interlock/kernel'
import {
  appendConsent,
  consentsPage,
  newConsentLedger,
  nextConsent,
  readConsent,
  readQuestion,
  thumbprintOf,
  whyNotAnswered,
} from '@interlock/privacy'
import { expect, test } from 'vitest'
import { main } from './main.ts'
import { served } from './served.fixture.ts'

const station = eui64('02-00-00-01-00-00-00-01')
const reader = eui64('02-00-00-00-00-00-00-05')
const folder = temporaryDir('interlock-home-consent')
const file = (name: string): string => join(folder, name)

/** A device as one that has paired with that charger. */
function deviceOf(name: string) {
  const device = file(name)
  ensureDir(device)
  const known = { station, door: 'AA==', meter: 'AA==' }
  writeAtomic(file(`${name}/charger.json`), JSON.stringify(known), 0o600)
  return { device, key: ownKey(`${device}/key.pem`) }
}

test('an owner gives a consent and withdraws it; who carries can neither change nor repeat it', async () => {
  const phone = deviceOf('phone')
  const stranger = deviceOf('stranger')
  const owner = phone.key.publicKey
  const ownerOf = (of: string) => (of === thumbprintOf(owner, crypto) ? owner : undefined)
  let ledger = newConsentLedger(station)
  const run = await served('keyserver', 'csms', [
    {
      method: 'GET',
      url: '/api/v1/consents/:station',
      roles: ['csms'],
      handle: ({ params }) =>
        params['station'] === station
          ? { status: 200, body: nextConsent(ledger, crypto) }
          : problem('NotFound'),
    },
    {
      method: 'POST',
      url: '/api/v1/consents',
      roles: ['csms'],
      contentType: 'jsonText',
      handle({ body }) {
        const read = readConsent(String(body))
        if (!read.ok) return problem('RequestInvalid', read.reason)
        const taken = appendConsent(ledger, read.value, ownerOf, systemClock.now(), crypto)
        if (!taken.ok) return problem('RequestInvalid', taken.reason)
        ledger = taken.value
        return { status: 204 }
      },
    },
    {
      method: 'POST',
      url: '/api/v1/consents/asked',
      roles: ['csms'],
      handle({ body, query }) {
        const question = readQuestion(body)
        const why = question.ok
          ? whyNotAnswered(question.value, ownerOf, systemClock.now(), crypto)
          : question.reason
        if (why !== undefined) return problem('RequestInvalid', why)
        const before = query['before'] === undefined ? undefined : Number(query['before'])
        return { status: 200, body: consentsPage(ledger, ownerOf, systemClock.now(), before) }
      },
    },
  ])
  const consent = (...args: readonly string[]) => run('home', 'consent', ...args)
  const bring = (name: string) => consent('bring', file(name))
  async function sign(what: string, device: string, ...more: readonly string[]) {
    const { code, lines } = await consent('next', '--station', station)
    expect(code).toBe(0)
    writeAtomic(file('next.json'), lines.join('\n'), 0o644)
    const to = ['--reader', reader, '--purpose', 'dsr', '--out', file(`${what}.json`)]
    const given = ['--device', device, '--next', file('next.json'), ...to, ...more]
    return main(['home', 'consent', what, ...given])
  }

  expect(await sign('give', phone.device, '--until', '2999-01-01')).toBe(0)
  expect(await bring('give.json')).toEqual({
    code: 0,
    lines: [`${station}, 1: ${reader} may read (dsr)`],
  })
  const listed = async (device: string, ...more: readonly string[]) => {
    const asked = ['ask', '--device', device, '--out', file('ask.json')]
    expect(await main(['home', 'consent', ...asked])).toBe(0)
    return consent('list', file('ask.json'), ...more)
  }
  expect((await listed(phone.device)).lines).toEqual([
    expect.stringMatching(`^1  .+Z  ${reader}  dsr  may read until 2999-01-01T`),
  ])
  expect((await listed(stranger.device)).lines[0]).toContain('[ConsentForged]')
  expect((await bring('give.json')).lines[0]).toContain('[ConsentOutOfOrder]')

  // Who carries has no owner's key, and what it changes is not what was signed.
  expect(await sign('withdraw', stranger.device)).toBe(0)
  expect((await bring('withdraw.json')).lines[0]).toContain('[ConsentForged]')
  expect(await sign('withdraw', phone.device)).toBe(0)
  const signed = readFileSync(file('withdraw.json'), 'utf8')
  writeAtomic(file('changed.json'), signed.replace('"dsr"', '"daily"'), 0o644)
  expect((await bring('changed.json')).lines[0]).toContain('[ConsentForged]')
  expect((await bring('withdraw.json')).code).toBe(0)
  expect(ledger.entries.map(({ statement }) => statement.given)).toEqual([true, false])
  expect((await listed(phone.device)).lines).toEqual([
    expect.stringMatching('^2 .+  withdrawn$'),
    expect.stringMatching('^1 .+  no longer in force$'),
  ])
  expect((await listed(phone.device, '--before', '2')).lines).toHaveLength(1)
  expect(ledger.entries[0]?.statement.until).toBe(Date.parse('2999-01-01'))

  const nobody = await consent('next', '--station', '02-00-00-01-00-00-00-02')
  expect(nobody).toMatchObject({ code: 1, lines: [expect.stringContaining('[NotFound]')] })
  writeAtomic(file('noise.json'), '{"statement":1}', 0o644)
  expect((await bring('noise.json')).lines[0]).toContain('[ConsentMalformed]')
})

test('what is not whole, of another charger or over is not signed', async () => {
  const { device } = deviceOf('tablet')
  const next = (name: string, of: string): string => {
    writeAtomic(file(name), JSON.stringify({ station: of, number: 1, previous: '' }), 0o644)
    return file(name)
  }
  const good = {
    device,
    next: next('good.json', station),
    reader,
    purpose: 'daily',
    out: file('out.json'),
  }
  const give = (changed: object) =>
    main([
      'home',
      'consent',
      'give',
      ...Object.entries({ ...good, ...changed }).flatMap(([name, value]) => [
        `--${name}`,
        String(value),
      ]),
    ])
  writeAtomic(file('noise.txt'), 'next', 0o644)
  for (const changed of [
    { reader: 'me' },
    { purpose: 'all' },
    { until: '2020-01-01' },
    { next: file('noise.txt') },
    { next: next('other.json', '02-00-00-01-00-00-00-02') },
  ])
    expect(await give(changed)).toBe(2)
  expect(await give({ device: file('unpaired') })).toBe(3)
})
