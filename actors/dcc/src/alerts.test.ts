import { encodeAlert } from '@interlock/gbcs'
import { nodeCrypto as crypto } from '@interlock/host'
import { eui64, Fault, instant, type Eui64 } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { takeAlert, type AlertParts } from './alerts.ts'

const self = eui64('02-00-00-00-00-00-00-01')
const hub = eui64('02-00-00-00-00-00-00-02')
const llcs = eui64('02-00-00-00-00-00-00-03')
const owner = eui64('02-00-00-00-00-00-00-04')
const { key } = crypto.generateKey()
const at = instant(Date.UTC(2026, 0, 5, 18))
const certificate = { serialHex: '0a', notAfter: instant(Date.UTC(2027, 0, 1)) }

const used = encodeAlert(
  {
    code: 'ECS101',
    device: llcs,
    recipient: self,
    counter: 7n,
    about: { party: owner, counter: 3n },
    controller: 1,
    direction: 'import',
    levelPercent: 60,
    from: at,
    until: at,
  },
  key,
  crypto,
)

const executed = (commandCounter: bigint, signer = key) =>
  encodeAlert(
    {
      code: 'FutureDated',
      device: llcs,
      recipient: owner,
      counter: 8n,
      useCase: 'ECS46d',
      commandCounter,
      object: 'activation of the calendar',
      at,
    },
    signer,
    crypto,
  )

/** The data company's parts, of which the book of arms fails as often as it is told. */
function company(failures: number, change: object = {}) {
  const marked: bigint[] = []
  const told: unknown[] = []
  const reasons: unknown[] = []
  /** The originator has sent commands up to its fifth. */
  const last = new Map<string, bigint>([[owner, 5n]])
  let left = failures
  const nothing = (): void => {}
  const parts = {
    self,
    inventory: {
      device: (eui: Eui64) => ({ eui, hub, publicKey: key.publicKey, certificate }),
      status: () => 'Commissioned',
    },
    revoked: () => false,
    counters: {
      last: (source: string) => Promise.resolve(last.get(source) ?? -1n),
      use: (source: string, _target: Eui64, counter: bigint) => {
        if (counter <= (last.get(source) ?? -1n)) return Promise.resolve(false)
        last.set(source, counter)
        return Promise.resolve(true)
      },
    },
    arms: {
      used: ({ counter }: { counter: bigint }) => {
        if (left-- > 0) return Promise.reject(new Fault('DatabaseAway', 'the connection was lost'))
        marked.push(counter)
        return Promise.resolve('inTime')
      },
    },
    audit: { critical: nothing },
    alerts: {
      tell: (...each: unknown[]) => {
        told.push(each)
        return Promise.resolve()
      },
    },
    happened: { arm: nothing, security: (reason: string) => void reasons.push(reason) },
    deps: { crypto, wall: { now: () => certificate.notAfter } },
    ...change,
  } as unknown as AlertParts
  const take = (bytes = used) => takeAlert(hub, llcs, bytes, parts)
  return { marked, told, reasons, take }
}

test('an alert is taken once, and a second time it is only acknowledged', async () => {
  const { marked, take } = company(0)
  expect([await take(), await take()]).toEqual(['taken', 'taken'])
  expect(marked).toEqual([3n])
})

test('an alert that could not be put in the book is not taken: it counts when it comes again', async () => {
  const { marked, take } = company(1)
  await expect(take()).rejects.toThrow('the connection was lost')
  expect(marked).toEqual([])
  expect(await take()).toBe('taken')
  expect(marked).toEqual([3n])
})

test('that a date has come is passed on to the user whose command had it, as the device signed it', async () => {
  const { told, take } = company(0)
  const bytes = executed(5n)
  expect([await take(bytes), await take(bytes)]).toEqual(['taken', 'taken'])
  expect(told).toEqual([
    [
      { organisation: owner, role: 'supplier' },
      { kind: 'deviceAlert', alertCode: '8F66', payload: bytes },
    ],
  ])
})

test('nobody is told of a command that they never sent, or by another than the device', async () => {
  const { told, reasons, take } = company(0)
  expect(await take(executed(6n))).toBe('refused')
  expect(await take(executed(5n, crypto.generateKey().key))).toBe('refused')
  expect(reasons).toEqual(['AlertMisaddressed', 'AlertSignatureInvalid'])
  expect(told).toEqual([])
})

const device = (eui: Eui64) => ({ eui, hub, publicKey: key.publicKey, certificate })
const later = { now: () => instant(certificate.notAfter + 1) }
test.each([
  [
    'DeviceCertificateInvalid',
    'refused',
    { revoked: (serial: string) => serial === certificate.serialHex },
  ],
  ['DeviceCertificateInvalid', 'refused', { deps: { crypto, wall: later } }],
  ['DeviceNotCommissioned', 'refused', { inventory: { device, status: () => 'Decommissioned' } }],
  ['DeviceNotCommissioned', 'later', { inventory: { device, status: () => 'Suspended' } }],
])(
  '%s: the alerts of such a device are not taken (%s), and give no budget back',
  async (why, verdict, change) => {
    const { marked, told, reasons, take } = company(0, change)
    expect([await take(), await take(executed(5n))]).toEqual([verdict, verdict])
    expect(reasons).toEqual([`Alert${why}`, `Alert${why}`])
    expect(told).toEqual([])
    // The load that it says has moved stays charged.
    expect(marked).toEqual([3n])
  },
)
