import { such, type Expectation } from '../match.ts'
import type { StationScene } from './case.ts'
import { connectsAndCharges, type Charge } from './charge.ts'
import { withReading, type MeterValue } from './readings.ts'
import { hasSaidAll, here } from './states.ts'

const power = 'Power.Active.Import'
/** Nominal; profiles of the cases are for one phase. */
const supplyVolts = 230
/** What supply and meter may be off by. */
const tolerance = 1.1

/** A limit that a vehicle which would take more is held to, without being stopped. */
const heldTo = (amps: number): Expectation =>
  such(`what a limit of ${amps} A allows, and more than half of it`, (actual) => {
    const drawn = Number(actual)
    return drawn <= amps * tolerance && drawn > amps / 2
  })
const above = (amps: number): Expectation =>
  such(`more than ${amps} A`, (actual) => Number(actual) > amps * tolerance)

/**
 * The vehicle that charges takes what this limit leaves it, as the station's own meter reads it. A
 * composite schedule says only what the station means to do.
 */
export const draws = (scene: StationScene, amps: number): Promise<void> =>
  meters(scene, `a limit of ${amps} A is followed`, heldTo(amps))

/** No limit of so many amperes holds: it takes more. */
export const drawsMoreThan = (scene: StationScene, amps: number): Promise<void> =>
  meters(scene, `no limit of ${amps} A is in force`, above(amps))

/** A vehicle connects and charges, and takes what this limit leaves it. */
export async function chargesAt(scene: StationScene, amps: number): Promise<Charge> {
  const charge = await connectsAndCharges(scene)
  await draws(scene, amps)
  return charge
}

/** A vehicle and a good token: neither a transaction nor a flow of energy begins. */
export async function servesNobody(scene: StationScene): Promise<void> {
  const { csms, station, tokens } = scene
  await station.plugsIn()
  await station.presents(tokens.valid)
  await hasSaidAll(scene)
  csms.isNotSent('TransactionEvent', 'no transaction begins')
  await meters(scene, 'no energy flows', 0)
  await station.unplugs()
  await hasSaidAll(scene)
}

/** Read again and again, since a vehicle takes seconds to follow. */
async function meters(
  { csms, steps }: StationScene,
  says: string,
  expected: unknown,
): Promise<void> {
  const reading = withReading('Trigger', [power])
  const asked = { requestedMessage: 'MeterValues', evse: { id: here.id } } as const
  await steps.eventually(says, expected, async () => {
    await csms.sends('TriggerMessage', asked, { status: 'Accepted' })
    const { meterValue } = await csms.isSent('MeterValues', { evseId: here.id, ...reading })
    return ampsOf(meterValue)
  })
}

/** Of all phases together, at the nominal voltage. */
function ampsOf(readings: readonly MeterValue[]): number | undefined {
  const [reading] = readings
    .flatMap(({ sampledValue }) => sampledValue)
    .filter(({ measurand, phase }) => measurand === power && phase === undefined)
  if (reading === undefined) return undefined
  const { unit = 'W', multiplier = 0 } = reading.unitOfMeasure ?? {}
  const watts = reading.value * 10 ** multiplier * (unit === 'kW' ? 1_000 : 1)
  return watts / supplyVolts
}
