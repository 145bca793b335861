import { readFileSync } from 'node:fs'
import { readWitness, witnessFile } from '@interlock/host'
import { inHours, inMinutes } from '@interlock/kernel'
import { stateWitness, type AuditCheckpoint } from '@interlock/ledger'
import type { Request } from '@interlock/ocpp'
import { expect, test } from 'vitest'
import { crypto, stationSubject, supervisor } from './fixture/parties.fixture.ts'
import { car, scene, type Scene } from './fixture/scene.fixture.ts'
import { until } from './fixture/until.fixture.ts'

/** What a supervisor answers, through the CSMS. */
const statement = ({ data }: Request<'DataTransfer'>) =>
  stateWitness(
    { checkpoint: data as AuditCheckpoint, signer: stationSubject.eui, witnessedAt: 1 },
    supervisor,
    crypto,
  )
type Answer = (request: Request<'DataTransfer'>) => object

const withWitness = (answer: Answer): Promise<Scene> =>
  scene({
    before: (csms) => {
      csms.answers.DataTransfer = (request) =>
        request.messageId === 'Checkpoint' ? (answer(request) as never) : { status: 'Accepted' }
    },
  })
const asked = ({ csms }: Scene) =>
  csms.sent('DataTransfer').filter(({ messageId }) => messageId === 'Checkpoint').length
const kept = (data: string) => readWitness(`${data}/${witnessFile}`)
const kinds = (data: string) =>
  [...readFileSync(`${data}/audit.jsonl`, 'utf8').matchAll(/"kind":"(\w+)"/g)].map(
    ([, kind]) => kind,
  )

test('a charger has its audit trail witnessed through its CSMS, and keeps the statements', async () => {
  const street = await withWitness((request) => ({ status: 'Accepted', data: statement(request) }))
  street.station.hardware.plugIn(car)
  await street.clock.advance(inHours(1))
  await until(() => kept(street.data).length === 1, 'the statement')
  expect(kept(street.data)[0]?.signer).toBe(stationSubject.eui)
})

test('a CSMS that alters what it carries is found out', async () => {
  const street = await withWitness((request) => {
    const altered = { ...statement(request), witnessedAt: 2 }
    return { status: 'Accepted', data: altered }
  })
  street.station.hardware.plugIn(car)
  await street.clock.advance(inHours(1))
  await until(() => kinds(street.data).includes('WitnessRefused'), 'the record of it')
  expect(kept(street.data)).toEqual([])
})

test('a CSMS without a witness, or that knows of none, is asked again, and charging goes on', async () => {
  const answers: object[] = [
    { status: 'UnknownMessageId' },
    { status: 'Rejected', statusInfo: { reasonCode: 'WitnessAway' } },
  ]
  const street = await withWitness(
    (request) => answers.shift() ?? { status: 'Accepted', data: statement(request) },
  )
  street.station.hardware.plugIn(car)
  await street.clock.advance(inHours(1))
  await until(() => asked(street) === 1, 'the first question')
  expect(street.station.observe().setPointWatts).toBeGreaterThan(0)
  const again = () => {
    void street.clock.advance(inMinutes(5))
    return asked(street) >= 3
  }
  await until(again, 'the third question')
  await until(() => kept(street.data).length > 0, 'the statement')
})
