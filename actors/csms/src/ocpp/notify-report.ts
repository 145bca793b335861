import type { Handler, ReportDataType } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import { learned, learnedVariable, type Learned } from '../core/facts.ts'
import { assemblyIn, withPart } from '../core/report.ts'
import { note } from '../known.ts'
import type { Sender } from './handlers.ts'

/** B05, B06, B07: a report comes in parts; each carries variables of the device model. */
export const notifyReport =
  (context: Context, { stationId }: Sender): Handler<'NotifyReport'> =>
  async (request) => {
    const { requestId, generatedAt, seqNo, tbc, reportData = [] } = request
    const before = await context.known.find(stationId, 'report', `NotifyReport/${requestId}`)
    const variables = reportData.flatMap(variablesOf)
    const assembly = withPart(assemblyIn(before?.value), { seqNo, tbc })
    const report = { requestId, message: 'NotifyReport', generatedAt, ...assembly }
    await note(
      context,
      stationId,
      ...variables,
      learned('report', `NotifyReport/${requestId}`, report),
    )
    return {}
  }

const variablesOf = ({
  component,
  variable,
  variableAttribute,
  variableCharacteristics,
}: ReportDataType): Learned[] =>
  variableAttribute.map(({ type, value, mutability, persistent, constant }) =>
    learnedVariable(
      { component, variable, attributeType: type },
      {
        value: mutability === 'WriteOnly' ? null : (value ?? null),
        mutability: mutability ?? 'ReadWrite',
        persistent: persistent ?? false,
        constant: constant ?? false,
        ...(variableCharacteristics === undefined
          ? {}
          : { characteristics: variableCharacteristics }),
      },
    ),
  )
