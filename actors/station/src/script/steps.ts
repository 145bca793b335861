import { Fault, parseJson } from '@interlock/kernel'
import { quietHoursMax } from '@interlock/power'
import { Type, type Static, type TProperties } from 'typebox'
import { Value } from 'typebox/value'

/** Seconds of world time since the script began; a script goes forward only. */
const at = Type.Number({ minimum: 0, maximum: 31_536_000 })
const step = <Name extends string, Properties extends TProperties>(
  name: Name,
  properties: Properties,
) => Type.Object({ at, do: Type.Literal(name), ...properties }, { additionalProperties: false })

const closed = { additionalProperties: false }
const QuietHours = Type.Array(
  Type.Object(
    {
      weekdays: Type.Array(Type.Integer({ minimum: 0, maximum: 6 }), { minItems: 1, maxItems: 7 }),
      fromHour: Type.Integer({ minimum: 0, maximum: 23 }),
      untilHour: Type.Integer({ minimum: 1, maximum: 24 }),
    },
    closed,
  ),
  { minItems: 1, maxItems: quietHoursMax },
)

const text = Type.String({ minLength: 1, maxLength: 36 })
const energy = {
  energyWattHours: Type.Number({ minimum: 0, maximum: 1_000_000 }),
  vehicleWattsMax: Type.Number({ minimum: 0, maximum: 1_000_000 }),
}

/** What can happen at a simulated charger, one row each. */
export const Step = Type.Union([
  step('plugIn', {
    ...energy,
    idToken: Type.Optional(text),
    phases: Type.Optional(Type.Union([Type.Literal(1), Type.Literal(2), Type.Literal(3)])),
    battery: Type.Optional(
      Type.Object(
        {
          capacityWattHours: Type.Number({ exclusiveMinimum: 0, maximum: 1_000_000 }),
          socPercent: Type.Number({ minimum: 0, maximum: 100 }),
        },
        { additionalProperties: false },
      ),
    ),
    /** Folder with the key of the vehicle's contract; the vehicle then confirms what it is shown. */
    contract: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
  }),
  step('unplug', {
    side: Type.Optional(
      Type.Union([Type.Literal('both'), Type.Literal('EV'), Type.Literal('station')]),
    ),
  }),
  step('swipe', {
    idToken: text,
    type: Type.Union(
      [Type.Literal('ISO14443'), Type.Literal('ISO15693'), Type.Literal('KeyCode')],
      { default: 'ISO14443' },
    ),
  }),
  step('tap', {
    card: Type.String({ minLength: 1, maxLength: 4096 }),
    /** The display shows this, and the driver agrees to it. */
    agree: Type.Optional(
      Type.Object(
        {
          act: Type.Union([Type.Literal('bindAgreement'), Type.Literal('changeProvider')]),
          text: Type.String({ minLength: 1, maxLength: 1_000 }),
        },
        closed,
      ),
    ),
  }),
  step('press', {
    button: Type.Union([Type.Literal('start'), Type.Literal('stop'), Type.Literal('pair')]),
  }),
  step('chooseHours', {
    choice: Type.Union([
      Type.Object({ kind: Type.Literal('accepted') }, closed),
      Type.Object({ kind: Type.Literal('removed') }, closed),
      Type.Object({ kind: Type.Literal('changed'), quiet: QuietHours }, closed),
    ]),
  }),
  step('pauseVehicle', { paused: Type.Boolean() }),
  step('fault', { kind: Type.Optional(text) }),
  step('enterBay', {}),
  step('leaveBay', {}),
  step('outsideLimit', {
    watts: Type.Optional(Type.Number({ minimum: 0, maximum: 1_000_000 })),
    source: Type.Union([Type.Literal('EMS'), Type.Literal('SO'), Type.Literal('Other')], {
      default: 'EMS',
    }),
  }),
  step('network', { connected: Type.Boolean() }),
  step('power', { on: Type.Boolean() }),
])
export type Step = Static<typeof Step>

const stepsMax = 10_000
const lineDepthMax = 4

/**
 * Reads a script: a JSON object on each line, `{"at": 60, "do": "swipe", "idToken": "ABCD"}`. Empty lines
 * and lines that begin with `#` say nothing.
 * @throws Fault `ScriptInvalid`, naming the line.
 */
export function readScript(source: string, content: string): readonly Step[] {
  const steps: Step[] = []
  for (const [index, line] of content.split('\n').entries()) {
    const written = line.trim()
    if (written === '' || written.startsWith('#')) continue
    const where = `${source}:${index + 1}`
    const parsed = parseJson(written, lineDepthMax)
    if (!parsed.ok) throw invalid(`${where}: is not JSON`)
    const complete = Value.Default(Step, structuredClone(parsed.value))
    if (!Value.Check(Step, complete)) throw invalid(`${where}: is no step of a script`)
    if (complete.at < (steps.at(-1)?.at ?? 0)) throw invalid(`${where}: goes back in time`)
    if (steps.push(complete) > stepsMax) throw invalid(`${where}: more than ${stepsMax} steps`)
  }
  return steps
}

const invalid = (message: string): Fault =>
  new Fault('ScriptInvalid', message, { remedy: 'docs/operating/station-script.md has every step' })
