import type { Handler } from '@interlock/ocpp'
import type { Station } from '../station.ts'
import { demandFewItems } from './set-variables.ts'

/** B06. */
export const getVariables =
  (station: Station): Handler<'GetVariables'> =>
  ({ getVariableData }) => {
    demandFewItems(station, 'GetVariables', getVariableData.length)
    return {
      getVariableResult: getVariableData.map((item) => ({
        component: item.component,
        variable: item.variable,
        ...(item.attributeType === undefined ? {} : { attributeType: item.attributeType }),
        ...station.model.get(item),
      })),
    }
  }
