import { acceptCommand, encodeResponse, type DeviceAnchors } from '@interlock/gbcs'
import { nodeCrypto as crypto } from '@interlock/host'
import {
  eui64,
  instant,
  ok,
  refused,
  type Eui64,
  type PrivateKey,
  type Role,
} from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import { expect, test } from 'vitest'
import { moveRow, type DeviceMove } from './device-status.ts'
import { mayMoveDevice, moveDevice } from './move-device.ts'

const eui = (last: string) => eui64(`02-00-00-00-00-00-00-${last}`)
const [self, hub, meter, acme, other] = [eui('01'), eui('02'), eui('03'), eui('0A'), eui('0B')]
const broker = crypto.generateKey().key
const certified = crypto.generateKey().key
const user = (role: Role, organisation: Eui64) => ({ role, organisation }) as Peer
const at = { eui: meter, kind: 'meter' } as const
type Parts = Parameters<typeof moveDevice>[3]
const notAfter = instant(1_000)

/** A home with a device of that key behind its hub; without one nothing is behind it. */
function home(
  key: PrivateKey | undefined,
  move: 'install' | 'commission',
  { revoked = false, now = notAfter } = {},
) {
  const done: string[] = []
  const device: DeviceAnchors = {
    eui: meter,
    keyAgreement: key ?? certified,
    brokerKey: broker.publicKey,
    signer: () => undefined,
    lastCounter: () => -1n,
  }
  const parts = {
    identity: { key: broker, peer: { eui: self } },
    inventory: {
      device: () => ({
        eui: meter,
        hub,
        kind: 'meter',
        publicKey: certified.publicKey,
        certificate: { serialHex: '0a', notAfter },
      }),
    },
    register: {
      status: () => before[move],
      move: (_: Eui64, made: DeviceMove) => {
        done.push(made)
        return Promise.resolve(ok(moveRow(made).to))
      },
    },
    wan: {
      reaches: () => key !== undefined,
      deliver: (_: unknown, frame: Uint8Array) => {
        if (key === undefined) return Promise.resolve(refused('DeviceUnreachable'))
        const accepted = acceptCommand(frame, device, crypto)
        // One with another key cannot even make the MAC out; it answers all the same.
        const command = accepted.ok
          ? accepted.value.command
          : ({ useCase: 'ECS61d', originator: self, target: meter, counter: 1n } as const)
        const answer = encodeResponse(command, { result: 'objectUndefined' }, key, crypto)
        return Promise.resolve(ok(answer))
      },
    },
    audit: { critical: () => {} },
    alerts: { tellRoles: () => Promise.resolve() },
    revoked: (serial: string) => revoked && serial === '0a',
    deps: { crypto, clock: { now: () => instant(1) }, wall: { now: () => now } },
  } as unknown as Parts
  const ask = (asked: DeviceMove = move) => moveDevice(at, asked, user('supplier', acme), parts)
  return { done, ask }
}
const before = { install: 'Whitelisted', commission: 'InstalledNotCommissioned' } as const
const after = { install: 'InstalledNotCommissioned', commission: 'Commissioned' } as const
const moves = ['install', 'commission'] as const

test.each(moves)(
  '%s: done when the device answers from its home with the key of its certificate',
  async (move) => {
    const { done, ask } = home(certified, move)
    expect(await ask()).toEqual(ok(after[move]))
    expect(done).toEqual([move])
  },
)

test.each(
  moves.flatMap((move) => [
    [move, 'it never joined its home', undefined, 'DeviceUnreachable'] as const,
    [move, 'another key answers in its name', crypto.generateKey().key, 'AnswerInvalid'] as const,
  ]),
)('%s: not on its user’s word when %s', async (move, _what, key, reason) => {
  const { done, ask } = home(key, move)
  expect(await ask()).toMatchObject({ ok: false, reason })
  expect(done).toEqual([])
})

test.each([
  ['revoked', { revoked: true }],
  ['expired', { now: instant(notAfter + 1) }],
])('a device with a certificate that is %s is only taken away', async (_what, change) => {
  const { done, ask } = home(certified, 'install', change)
  for (const move of ['prenotify', 'whitelist', 'install', 'commission', 'restore'] as const)
    expect(await ask(move)).toMatchObject({ ok: false, reason: 'DeviceCertificateInvalid' })
  expect(done).toEqual([])
  expect(await ask('suspend')).toEqual(ok('Suspended'))
  expect(await ask('decommission')).toEqual(ok('Decommissioned'))
})

test('an organisation moves its own devices, and no other’s of its role', () => {
  const inventory = {
    isResponsible: (device: Eui64, organisation: Eui64) =>
      device === meter && organisation === acme,
  }
  const may = (
    role: Role,
    organisation: Eui64,
    move: 'decommission' | 'suspend' = 'decommission',
  ) => mayMoveDevice(user(role, organisation), at, move, inventory)
  expect(may('supplier', acme)).toBe(true)
  expect(may('supplier', other)).toBe(false)
  expect(may('dsrsp', acme)).toBe(false)
  expect([may('supervisor', other, 'suspend'), may('supplier', acme, 'suspend')]).toEqual([
    true,
    false,
  ])
})
