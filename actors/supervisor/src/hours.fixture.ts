import type { AnsweredHours, FlattenedJws } from '@interlock/contract'
import { nodeCrypto as crypto } from '@interlock/host'
import { assert, inHours, plus } from '@interlock/kernel'
import { fromPem, peerOf } from '@interlock/pki'
import type { QuietHours } from '@interlock/power'
import {
  hoursDigest,
  readHours,
  signHours,
  verifyHoursAcknowledgement,
  type HoursStatement,
  type WantedHours,
} from '@interlock/seal'
import { firstRequest, notified, order, pair, type Unit, type World } from './world.fixture.ts'

/** A unit in service that has kept its key. */
export async function charger(world: World, changes: object = {}) {
  const unit: Unit = await notified(world, changes)
  const { key } = pair()
  const { status, body } = await order(world, unit, firstRequest(world, unit, { key, pem: '' }))
  assert(status === 200, JSON.stringify(body))
  const signer = { key, chain: fromPem(body.chainPem ?? '', 'CERTIFICATE') }
  return { unit, signer }
}
export type Charger = Awaited<ReturnType<typeof charger>>

/** It wants other hours from the next midnight on. */
export const wanting = (
  world: World,
  quiet: readonly QuietHours[],
  agreement: WantedHours['agreement'] = null,
) => ({ wants: { quiet, from: plus(world.now(), inHours(12)), agreement } })

export const stated = (
  world: World,
  { unit, signer }: Charger,
  said: Partial<HoursStatement>,
): FlattenedJws => {
  const at = world.now()
  const statement = { station: unit.eui, counter: 1, holds: 0, wants: null, at, ...said }
  return signHours(statement, signer, crypto)
}

export const bring = (world: World, statement: FlattenedJws, by = world.csms) =>
  world.ask(by, 'POST', '/api/v1/charging-hours', { statement })

/** What was answered, brought back to it: the latest first. */
export async function bringBack(
  world: World,
  { unit }: Charger,
  signed: readonly AnsweredHours[],
  by = world.csms,
) {
  const copies = { stationId: unit.stationId, signed }
  const { status, body } = await world.ask(by, 'POST', '/api/v1/charging-hours/answered', copies)
  return status === 200 ? 'restored' : body.reason
}

/** A statement with the answer to it. */
export async function answered(world: World, statement: FlattenedJws): Promise<AnsweredHours> {
  const { status, body } = await bring(world, statement)
  assert(status === 200, JSON.stringify(body))
  return { statement, acknowledgement: body as unknown as FlattenedJws }
}

/** The verdict that is signed about just this statement, or the reason of the problem. */
export async function verdict(world: World, statement: FlattenedJws, by = world.csms) {
  const { status, body } = await bring(world, statement, by)
  if (status !== 200) return body.reason
  const [leaf] = fromPem(world.supervisorChain, 'CERTIFICATE')
  const pinned = peerOf(leaf ?? new Uint8Array(), crypto)
  const read = readHours(statement)
  assert(pinned.ok && read.ok, 'both can be read')
  const answer = verifyHoursAcknowledgement(body, [pinned.value], crypto)
  assert(answer.ok, JSON.stringify(answer))
  const { digest, counter, verdict: given, reason } = answer.value
  assert(digest === hoursDigest(read.value, crypto), 'it is about this statement')
  assert(counter === read.value.statement.counter, 'and about its counter')
  return reason ?? given
}
