import { CallError, type Handler, type Request, type Response } from '@interlock/ocpp'
import { secondOf } from '../judging.ts'
import type { Station } from '../station.ts'
import { throughGate } from './critical.ts'

type Item = Request<'SetVariables'>['setVariableData'][number]
type Result = Response<'SetVariables'>['setVariableResult'][number]

/** B05. Each variable is set or refused by itself; a seconded message is set whole, or not at all. */
export const setVariables =
  (station: Station): Handler<'SetVariables'> =>
  (request, context) =>
    throughGate(station, 'SetVariables', request, context, {
      apply({ setVariableData }, accepted) {
        const { model, records } = station
        const checked = setVariableData.map((item) => model.check(item))
        const whole = checked.every(({ status }) => isSet(status))
        records.decide({
          action: 'SetVariables',
          decision: whole ? 'stored' : 'ignored',
          ...secondOf(accepted),
        })
        const results = whole ? setVariableData.map((item) => model.set(item)) : checked
        // What may flow without a schedule is among them.
        if (whole) station.charging.update()
        return {
          setVariableResult: setVariableData.map((item, index) =>
            resultOf(item, results[index] ?? { status: 'Rejected' }),
          ),
        }
      },
      refuse: (info, { setVariableData }) => ({
        setVariableResult: setVariableData.map((item) => ({
          ...resultOf(item, { status: 'Rejected' }),
          attributeStatusInfo: info,
        })),
      }),
      plain({ setVariableData }) {
        demandFewItems(station, 'SetVariables', setVariableData.length)
        const setVariableResult = setVariableData.map((item) =>
          resultOf(item, station.model.set(item)),
        )
        station.charging.update()
        return { setVariableResult }
      },
    })

const isSet = (status: Result['attributeStatus']): boolean =>
  status === 'Accepted' || status === 'RebootRequired'

/** B05.FR.11, B06.FR.16. @throws CallError */
export function demandFewItems(
  station: Station,
  action: 'GetVariables' | 'SetVariables',
  items: number,
): void {
  if (items > station.model.setting('DeviceDataCtrlr', 'ItemsPerMessage', action))
    throw new CallError('OccurrenceConstraintViolation', `too many items for ${action}`)
}

const resultOf = (
  { component, variable, attributeType }: Item,
  { status, reason }: { readonly status: Result['attributeStatus']; readonly reason?: string },
): Result => ({
  component,
  variable,
  ...(attributeType === undefined ? {} : { attributeType }),
  attributeStatus: status,
  ...(reason === undefined ? {} : { attributeStatusInfo: { reasonCode: reason } }),
})
