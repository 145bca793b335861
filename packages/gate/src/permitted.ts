import { mayOriginate, type RefusalReason, type SignedCommand } from '@interlock/contract'
import { ok, refused, type Outcome } from '@interlock/kernel'
import type { ActionRow } from './actions/row.ts'
import { actionOf } from './actions/table.ts'
import type { Setting } from './setting.ts'
import type { GateState } from './state.ts'

/** A command that its sender may send, read in the terms of the station. */
export type Permitted = { readonly row: ActionRow; readonly setting: Setting }

/** Gate 2: the role may send this action with these parameters, and the provider is the bound one. */
export function permitted(
  command: SignedCommand,
  state: GateState,
): Outcome<Permitted, RefusalReason> {
  const { action, role, organisation } = command
  const row = actionOf(action)
  if (row === undefined || !mayOriginate(role, action))
    return refused('RoleForbidden', `${role} ${action}`)
  if ((role === 'csms' || role === 'dsrsp') && state.bound[role] !== organisation)
    return refused('ProviderNotBound', organisation)
  const setting = row.read(command, state)
  if ('reason' in setting) return setting
  if (evseNamed(setting) !== command.target.evse)
    return refused('ParameterForbidden', 'the payload and the target name different EVSEs')
  return ok({ row, setting })
}

const evseNamed = (setting: Setting): number => ('evse' in setting ? setting.evse : 0)
