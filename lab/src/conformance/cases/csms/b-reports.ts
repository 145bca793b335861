import type { Request } from '@interlock/ocpp'
import { csmsCase, type CsmsScene } from '../../csms/case.ts'
import { including } from '../../match.ts'

type Row = NonNullable<Request<'NotifyReport'>['reportData']>[number]

const row = (component: string, variable: string, value: string): Row => ({
  component: { name: component },
  variable: { name: variable },
  variableAttribute: [{ type: 'Actual', value, mutability: 'ReadWrite' }],
  variableCharacteristics: { dataType: 'integer', supportsMonitoring: false },
})

/** The report comes in parts, the last of them first: complete is it when all are there. */
const reports = (reportBase: Request<'GetBaseReport'>['reportBase'], requestId: number) =>
  async function run({ station, csms }: CsmsScene): Promise<void> {
    await station.boots()
    station.answers('GetBaseReport', { status: 'Accepted' })
    await csms.sends('GetBaseReport', { requestId, reportBase })
    const part = (seqNo: number, tbc: boolean, data: Row) =>
      station.sends('NotifyReport', {
        requestId,
        generatedAt: new Date().toISOString(),
        seqNo,
        tbc,
        reportData: [data],
      })
    await part(1, false, row('TxCtrlr', 'EVConnectionTimeOut', '61'))
    await csms.knowsOf('reports', { requestId, complete: false, missing: including(0) })
    await part(0, true, row('OCPPCommCtrlr', 'HeartbeatInterval', '301'))
    await csms.knowsOf('reports', { requestId, complete: true })
    for (const [component, variable, value] of [
      ['TxCtrlr', 'EVConnectionTimeOut', '61'],
      ['OCPPCommCtrlr', 'HeartbeatInterval', '301'],
    ] as const)
      await csms.knowsOf('variables', {
        component: { name: component },
        variable: { name: variable },
        value,
      })
  }

export const baseReports = [
  csmsCase('TC_B_12_CSMS', reports('ConfigurationInventory', 12)),
  csmsCase('TC_B_13_CSMS', reports('FullInventory', 13)),
]
