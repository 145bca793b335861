import type { Arm, SignedCommand } from '@interlock/contract'
import { refused, type Refusal } from '@interlock/kernel'
import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import type { Setting } from '../setting.ts'
import type { GateState } from '../state.ts'

export type Forbidden = Refusal<'ParameterForbidden'>
export const forbidden = (detail: string): Forbidden => refused('ParameterForbidden', detail)

/** What a supervised station makes of one critical action. */
export type ActionRow = {
  /** The uses of an arm under which it may come; absent: never armed. */
  readonly arms?: readonly Arm['use'][]
  /** It can change power flow when it is carried out. */
  readonly movesLoad: boolean
  /** Where an override is in force: `hold` stores and waits, `refuse` does neither. */
  readonly override: 'hold' | 'refuse' | 'ignore'
  readonly read: (command: SignedCommand, state: GateState) => Setting | Forbidden
}

/** A row whose payload is parsed by `schema`, which is narrower than OCPP's, before `setting` sees it. */
export const actionRow = <Schema extends TSchema>(row: {
  readonly schema: Schema
  readonly arms?: readonly Arm['use'][]
  readonly movesLoad: boolean
  readonly override: ActionRow['override']
  readonly setting: (
    payload: Static<Schema>,
    command: SignedCommand,
    state: GateState,
  ) => Setting | Forbidden
}): ActionRow => ({
  ...(row.arms === undefined ? {} : { arms: row.arms }),
  movesLoad: row.movesLoad,
  override: row.override,
  read: (command, state) =>
    Value.Check(row.schema, command.payload)
      ? row.setting(command.payload, command, state)
      : forbidden('the payload is outside the supervised profile'),
})
