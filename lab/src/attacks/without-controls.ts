import { tableAction, type SignedCommand } from '@interlock/contract'
import { actionOf, refuse, type Setting } from '@interlock/gate'
import { eui64, instant, refused } from '@interlock/kernel'
import type { AnswerRule, Gate, StationDeps } from '@interlock/station'

/**
 * What a charger does without our controls: whatever the connection asks for, at once. For the lab,
 * to show that the attacks bite; a station in production refuses to start with it.
 */
const openGate: Gate = (message, _evidence, state, now) => {
  const action = tableAction(message.action, message.payload)
  const row = actionOf(action)
  if (row === undefined) return refuse(refused('RoleForbidden', message.action))
  const read = row.read(asIfSigned(message.action, message.payload, state.station.eui, now), state)
  // What our controls forbid, a charger without them reads as OCPP has it.
  const setting = 'reason' in read ? forbiddenByNobody[action]?.(message.payload) : read
  if (setting === undefined) return refuse(refused('ParameterForbidden', action))
  return {
    ok: true,
    second: 'countersigned',
    setting,
    delay: { secondsMax: 0 },
    reference: 'controls-off',
    consume: { organisation: nobody, path: 'countersigned', counter: 0n },
  }
}

const forbiddenByNobody: Readonly<Record<string, (payload: unknown) => Setting>> = {
  InstallCertificate: () => ({ kind: 'configuration' }),
  SetNetworkProfile: () => ({ kind: 'configuration' }),
  SetVariables: (payload) => {
    const { setVariableData } = payload as {
      setVariableData: readonly {
        attributeValue: string
        component: { name: string }
        variable: { name: string }
      }[]
    }
    const values = setVariableData.map(({ attributeValue, component, variable }) => ({
      component: component.name,
      variable: variable.name,
      value: Number(attributeValue),
    }))
    return { kind: 'variables', values }
  },
}

/** An answer is obeyed: who is refused stops, override or not; who is accepted, however late, starts. */
const obeyAnswers: AnswerRule = (charger, { accepted }) => {
  const { vehicle, authorisation } = charger
  if (vehicle === undefined || (accepted && authorisation.state === 'allowed')) return { charger }
  if (accepted)
    return { charger: { ...charger, authorisation: { state: 'allowed', by: 'answer' } } }
  const { override: _, ...rest } = charger
  return { charger: { ...rest, authorisation: { state: 'denied', by: 'answer' } } }
}

/** What a street has with `--controls off`. */
export const withoutControls: Pick<StationDeps, 'gate' | 'answers'> = {
  gate: openGate,
  answers: obeyAnswers,
}

const nobody = eui64('00-00-00-00-00-00-00-00')

const asIfSigned = (
  action: string,
  payload: unknown,
  station: SignedCommand['target']['station'],
  now: SignedCommand['issuedAt'],
): SignedCommand => ({
  action,
  payload,
  signer: '',
  organisation: nobody,
  role: 'csms',
  target: { station, evse: 1 },
  counter: 0n,
  issuedAt: now,
  expiresAt: instant(now + 60_000),
  effect: { from: now, until: instant(now + 60_000) },
  signed: new Uint8Array(),
  signature: new Uint8Array(),
})
