import { eui64, instant, ok, refused, stationId, toBase64Url } from '@interlock/kernel'
import { vendorId } from '@interlock/contract'
import { nodeCrypto, type AskWitness } from '@interlock/host'
import { soldHours } from '@interlock/power'
import { signHours } from '@interlock/seal'
import { expect, test, vi } from 'vitest'
import type { Context } from '../context.ts'
import type { Supervisor } from '../supervisor.ts'
import { dataTransfer } from './data-transfer.ts'
import { relayHours } from './relays.ts'

const checkpoint = {
  actor: 'station-1',
  seq: 3,
  hash: 'ab'.repeat(32),
  at: 1_767_636_000_000,
  signature: toBase64Url(new Uint8Array(64)),
  certificate: 'PEM',
}
function transfer(data: unknown, witness: AskWitness) {
  const handle = dataTransfer({ witness } as Context, { stationId: stationId('A-1') } as never)
  return handle({ vendorId, messageId: 'Checkpoint', data }, {} as never)
}

test('a checkpoint reaches the witness as it came, and its answer the station as it is', async () => {
  const ask = vi.fn<AskWitness>().mockResolvedValue(ok({ signed: 'by the witness' }))
  expect(await transfer(checkpoint, ask)).toEqual({
    status: 'Accepted',
    data: { signed: 'by the witness' },
  })
  expect(ask).toHaveBeenCalledExactlyOnceWith(checkpoint)
})

test('what is no checkpoint does not reach the witness', async () => {
  const ask = vi.fn<AskWitness>()
  for (const data of [undefined, 'text', {}, { ...checkpoint, seq: -1 }, { ...checkpoint, x: 1 }])
    expect(await transfer(data, ask)).toMatchObject({
      status: 'Rejected',
      statusInfo: { reasonCode: 'RequestInvalid' },
    })
  expect(ask).not.toHaveBeenCalled()
})

test('a refusal of the witness goes back by name, and so does its absence', async () => {
  const says = async (ask: AskWitness) => (await transfer(checkpoint, ask)) as object
  expect(await says(async () => refused('CheckpointConflict'))).toMatchObject({
    statusInfo: { reasonCode: 'CheckpointConflict' },
  })
  expect(await says(() => Promise.reject(new Error('gone')))).toMatchObject({
    statusInfo: { reasonCode: 'WitnessAway' },
  })
})

const statement = { payload: 'AA', protected: 'AA', signature: 'AA' }
const said = signHours(
  {
    station: eui64('02-00-00-01-00-00-00-01'),
    counter: 5,
    holds: 0,
    wants: { quiet: [], from: instant(1), agreement: null },
    at: instant(0),
  },
  { key: nodeCrypto.generateKey().key, chain: [new Uint8Array([1])] },
  nodeCrypto,
)
const hours = [{ quiet: [] }]
function transferHours(data: unknown, chargingHours: Supervisor['chargingHours']) {
  const view = { hours: [soldHours] }
  const supervisor = { chargingHours, entryOf: async () => ok({ trust: 'supervised', hours }) }
  const views = new Map([['A-1', view]])
  const context = { supervisor, views, sessions: new Map() } as unknown as Context
  const handle = dataTransfer(context, { stationId: stationId('A-1') } as never)
  return { view, answer: handle({ vendorId, messageId: 'ChargingHours', data }, {} as never) }
}

test('what a station signs about its hours reaches the supervisor as it came, and plans learn of it', async () => {
  const ask = vi.fn<Supervisor['chargingHours']>().mockResolvedValue(ok({ signed: 'by it' }))
  const { answer, view } = transferHours(said, ask)
  expect(await answer).toEqual({ status: 'Accepted', data: { signed: 'by it' } })
  expect(ask).toHaveBeenCalledExactlyOnceWith(said)
  expect(view.hours).toBe(hours)
})

test('a supervisor that has forgotten gets back what it signed, from the station, and is asked again', async () => {
  const copies = [{ statement, acknowledgement: statement }]
  const told = (data: object) => async () => ({ status: 'Accepted', data })
  const relay = async (
    tells: () => Promise<object>,
    restoreHours: Supervisor['restoreHours'] = async () => ok({}),
  ) => {
    const chargingHours = vi
      .fn<Supervisor['chargingHours']>()
      .mockResolvedValueOnce(refused('HoursConflict'))
      .mockResolvedValue(ok({ signed: 'by it' }))
    const entryOf = async () => ok({ trust: 'supervised', hours })
    const restored = vi.fn(restoreHours)
    const sessions = new Map([['A-1', { endpoint: { call: tells } }]])
    const supervisor = { chargingHours, entryOf, restoreHours: restored }
    const context = { supervisor, views: new Map(), sessions } as unknown as Context
    const answer = await relayHours(said, stationId('A-1'), context)
    return { answer, brought: restored.mock.calls[0]?.[1], asked: chargingHours.mock.calls.length }
  }
  const now = { state: 'inForce', quiet: [], signed: copies }
  expect(await relay(told(now))).toMatchObject({
    answer: { status: 'Accepted', data: { signed: 'by it' } },
    brought: copies,
    asked: 2,
  })
  const conflict = { statusInfo: { reasonCode: 'HoursConflict' } }
  for (const data of [{ state: 'inForce', quiet: [] }, { ...now, signed: 'none' }, {}])
    expect(await relay(told(data))).toMatchObject({
      answer: conflict,
      brought: undefined,
      asked: 1,
    })
  expect(await relay(told(now), async () => refused('HoursConflict'))).toMatchObject({
    answer: conflict,
    asked: 1,
  })
  const gone = () => Promise.reject(new Error('gone'))
  expect(await relay(gone)).toMatchObject({
    answer: { statusInfo: { reasonCode: 'PeerUnavailable' } },
    asked: 1,
  })
})

test('of hours that are no statement nothing is asked, and a refusal goes back by name', async () => {
  const ask = vi.fn<Supervisor['chargingHours']>().mockResolvedValue(refused('HoursConflict'))
  expect(await transferHours(statement, ask).answer).toMatchObject({
    statusInfo: { reasonCode: 'RequestInvalid' },
  })
  expect(ask).not.toHaveBeenCalled()
  const { answer, view } = transferHours(said, ask)
  expect(await answer).toMatchObject({ statusInfo: { reasonCode: 'HoursConflict' } })
  expect(view.hours).toEqual([soldHours])
  const away = transferHours(said, () => Promise.reject(new Error('gone')))
  expect(await away.answer).toMatchObject({ statusInfo: { reasonCode: 'PeerUnavailable' } })
})
