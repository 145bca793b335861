import {
  addMac,
  decodeResponse,
  encodePreCommand,
  encodeUnsignedCommand,
  signPreCommand,
  type ControllerCalendar,
} from '@interlock/gbcs'
import { inHours, plus } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { armFrom, type TestHub } from './fixture/hub.fixture.ts'
import { crypto, dcc, dsrsp, llcs, supplier } from './fixture/parties.fixture.ts'
import { scene, start } from './fixture/scene.fixture.ts'

let counter = 0n
/** Read through the data company, by whomever: a read is not critical, and has its MAC alone. */
async function read(hub: TestHub, useCase: 'ECS61d' | 'ECS61e', broker = dcc.key) {
  const originator = dsrsp.peer.organisation
  const command = { useCase, originator, target: llcs.peer.eui, counter: (counter += 1n) } as const
  const keys = { own: broker, peer: llcs.peer.publicKey }
  const frame = addMac(encodeUnsignedCommand(command), 'unsigned', keys, crypto)
  const answer = decodeResponse(await hub.raw(frame))
  if (!answer.ok) return undefined
  const { covered, signature, response } = answer.value
  expect(crypto.verify(llcs.peer.publicKey, covered, signature)).toBe(true)
  return response
}

const midsummer = { year: 2026, month: 6, day: 21 } as const
const calendar: Pick<ControllerCalendar, 'entries' | 'specialDays'> = {
  specialDays: [midsummer],
  entries: [
    {
      controller: 1,
      direction: 'import',
      levelPercent: 0,
      atSeconds: 16.5 * 3_600,
      weekdays: [1, 2, 3, 4, 5],
      specialDays: [1],
      from: { year: 'any', month: 1, day: 1 },
      until: { year: 'any', month: 12, day: 31 },
    },
  ],
}

test('the calendar that is in force is read back, with what the controllers are (7.14)', async () => {
  const { hub, clock } = await scene()
  const descriptions = ['EVSE 1', '', '', '', '']
  expect(await read(hub, 'ECS61d')).toMatchObject({
    result: 'success',
    descriptions,
    entries: [],
    specialDays: [],
  })
  const ofSupplier = { originator: supplier.peer.organisation, target: llcs.peer.eui }
  const execution = plus(start, inHours(1))
  const command = { useCase: 'ECS46d', ...ofSupplier, counter: 1n, ...calendar, execution } as const
  await hub.deliver(signPreCommand(encodePreCommand(command), supplier.key, crypto))
  expect(await read(hub, 'ECS61d')).toMatchObject({ entries: [] })
  await clock.advance(inHours(1))
  expect(await read(hub, 'ECS61d')).toMatchObject({ descriptions, ...calendar })
  expect(await read(hub, 'ECS61d', supplier.key)).toBeUndefined()
})

test('what a controller does is as its charger has moved it under an arm, until it moves back (7.15)', async () => {
  const { hub, station } = await scene()
  const states = async () => (await read(hub, 'ECS61e'))?.states?.[0]
  const asItHasIt = '{"outputState": 100, "inputState": 0}'
  expect(await read(hub, 'ECS61e')).toMatchObject({
    kinds: ['apc', 'none', 'none', 'none', 'none'],
    states: [asItHasIt, '{}', '{}', '{}', '{}'],
  })
  const off = armFrom(start, { use: 'DeactivateLoad' })
  await hub.deliver(off.bytes)
  expect(await states()).toBe(asItHasIt)
  await station.tell({ kind: 'used', digest: off.digest, change: 'change' })
  expect(await states()).toBe('{"outputState": 0, "inputState": 0}')
  await station.tell({ kind: 'used', digest: off.digest, change: 'return' })
  expect(await states()).toBe(asItHasIt)
  const out = armFrom(start, { use: 'ECS47e', direction: 'export' })
  await hub.deliver(out.bytes)
  await station.tell({ kind: 'used', digest: out.digest, change: 'change' })
  expect(await states()).toBe('{"outputState": 0, "inputState": 100}')
})
