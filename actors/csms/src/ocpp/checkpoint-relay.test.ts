import { ok, refused, stationId, toBase64Url } from '@interlock/kernel'
import { vendorId } from '@interlock/contract'
import type { AskWitness } from '@interlock/host'
import { expect, test, vi } from 'vitest'
import type { Context } from '../context.ts'
import { dataTransfer } from './data-transfer.ts'

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
