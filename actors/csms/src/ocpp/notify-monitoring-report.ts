import type { Handler } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import { learned } from '../core/facts.ts'
import { assemblyIn, withPart } from '../core/report.ts'
import { note } from '../known.ts'
import type { Sender } from './handlers.ts'

/** N02. */
export const notifyMonitoringReport =
  (context: Context, { stationId }: Sender): Handler<'NotifyMonitoringReport'> =>
  async ({ requestId, generatedAt, seqNo, tbc, monitor = [] }) => {
    const key = `NotifyMonitoringReport/${requestId}`
    const before = await context.known.find(stationId, 'report', key)
    const assembly = withPart(assemblyIn(before?.value), { seqNo, tbc })
    const monitors = monitor.flatMap(({ component, variable, variableMonitoring }) =>
      variableMonitoring.map((each) =>
        learned('monitor', each.id, { ...each, component, variable }),
      ),
    )
    const report = { requestId, message: 'NotifyMonitoringReport', generatedAt, ...assembly }
    await note(context, stationId, ...monitors, learned('report', key, report))
    return {}
  }
