import type { Handler } from '@interlock/ocpp'
import { variableName } from '../gate-state.ts'
import { secondOf } from '../judging.ts'
import type { Station } from '../station.ts'
import { throughGate } from './critical.ts'

/** B05. All variables of a seconded message are set, or none. */
export const setVariables =
  (station: Station): Handler<'SetVariables'> =>
  (request, context) =>
    throughGate(station, 'SetVariables', request, context, {
      apply({ setVariableData }, accepted) {
        const { keeper, charging, records } = station
        const { setting } = accepted
        const values = setting.kind === 'variables' ? setting.values : []
        const set = Object.fromEntries(values.map((each) => [variableName(each), each.value]))
        records.decide({ action: 'SetVariables', decision: 'stored', ...secondOf(accepted) })
        charging.update({ variables: { ...keeper.memory.variables, ...set } })
        return {
          setVariableResult: setVariableData.map(({ component, variable }) => ({
            component,
            variable,
            attributeStatus: 'Accepted',
          })),
        }
      },
      refuse: (info, { setVariableData }) => ({
        setVariableResult: setVariableData.map(({ component, variable }) => ({
          component,
          variable,
          attributeStatus: 'Rejected',
          attributeStatusInfo: info,
        })),
      }),
    })
