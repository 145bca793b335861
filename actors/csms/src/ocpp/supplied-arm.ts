import { isSuperseded } from '@interlock/contract'
import { verifyArm, type Cells } from '@interlock/gate'
import { fromBase64, type StationId } from '@interlock/kernel'
import type { Response } from '@interlock/ocpp'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Context } from '../context.ts'

/** A pre-command has some hundred bytes. */
const charsMax = 2_048
const Word = Compile(
  Type.Object(
    {
      preCommand: Type.String({
        minLength: 4,
        maxLength: charsMax,
        pattern: '^[A-Za-z0-9+/]+={0,2}$',
      }),
    },
    { additionalProperties: false },
  ),
)

type Answer = Response<'DataTransfer'>

/**
 * The word of a home's supplier about its load (7.5, 7.6), brought by the charger. The supplier signed it, so who
 * carries it can invent none: without that signature the CSMS has not agreed with anybody. It moves nothing; it says what
 * this CSMS may now trigger, once.
 */
export function takeSuppliedArm(
  { views, hooks, deps, audit, tell }: Pick<Context, 'views' | 'hooks' | 'deps' | 'audit' | 'tell'>,
  station: StationId,
  data: unknown,
): Answer {
  const refuse = (reasonCode: string): Answer => {
    audit.record('SuppliedArmRefused', { station, reason: reasonCode })
    return { status: 'Rejected', statusInfo: { reasonCode } }
  }
  const view = views.get(station)
  const bytes = Word.Check(data) ? fromBase64(data.preCommand) : undefined
  if (view === undefined || bytes === undefined) return refuse('ArmInvalid')
  const cells: Cells = { supplier: hooks.suppliers() }
  const read = verifyArm(bytes, cells, deps.crypto)
  if (!read.ok) return refuse(read.reason)
  const arm = read.value
  const { llcs, evse } = view.record
  // Another use is of no supplier's, and never comes here.
  if (arm.use !== 'supplied' || arm.target !== llcs || arm.evse !== evse) return refuse('ArmTarget')
  const now = deps.clock.now()
  const known = view.supplied
  if (now >= arm.until || (known !== undefined && isSuperseded(arm, known)))
    return refuse('ArmWindow')
  if (known?.digest === arm.digest) return { status: 'Accepted' }
  view.supplied = arm
  const { digest, originator, until } = arm
  const load = arm.levelPercent === 0 ? 'off' : 'on'
  audit.critical('SuppliedArm', { station, arm: digest, originator, load, until })
  tell({ kind: 'arm', station, data: { arm: digest, use: arm.use, originator, load, until } })
  return { status: 'Accepted' }
}
