import type { Action, Handler, Request, Response } from '@interlock/ocpp'

const accepted = { status: 'Accepted' } as const

/**
 * How a station of the runner answers what a case does not speak of, so that a CSMS may do as it
 * likes besides: it accepts, and holds no data.
 */
export const ordinaryAnswers: { readonly [A in Action]?: Response<A> | Handler<A> } = {
  CancelReservation: accepted,
  CertificateSigned: accepted,
  ChangeAvailability: accepted,
  ClearCache: accepted,
  ClearChargingProfile: accepted,
  ClearDisplayMessage: accepted,
  ClearVariableMonitoring: (request) => ({
    clearMonitoringResult: request.id.map((id) => ({ id, status: 'NotFound' as const })),
  }),
  CostUpdated: {},
  CustomerInformation: accepted,
  DataTransfer: { status: 'UnknownVendorId' },
  DeleteCertificate: { status: 'NotFound' },
  GetBaseReport: accepted,
  GetChargingProfiles: { status: 'NoProfiles' },
  GetCompositeSchedule: { status: 'Rejected' },
  GetDisplayMessages: { status: 'Unknown' },
  GetInstalledCertificateIds: { status: 'NotFound' },
  GetLocalListVersion: { versionNumber: 0 },
  GetLog: { status: 'Rejected' },
  GetMonitoringReport: { status: 'EmptyResultSet' },
  GetReport: { status: 'EmptyResultSet' },
  GetTransactionStatus: { messagesInQueue: false },
  GetVariables: (request) => ({ getVariableResult: unknownVariables(request) }),
  InstallCertificate: accepted,
  RequestStartTransaction: accepted,
  RequestStopTransaction: accepted,
  ReserveNow: { status: 'Rejected' },
  Reset: accepted,
  SendLocalList: accepted,
  SetChargingProfile: accepted,
  SetDisplayMessage: { status: 'Rejected' },
  SetMonitoringBase: accepted,
  SetMonitoringLevel: accepted,
  SetNetworkProfile: accepted,
  SetVariableMonitoring: (request) => ({
    setMonitoringResult: request.setMonitoringData.map((data) => ({
      ...data,
      status: 'Rejected' as const,
    })),
  }),
  SetVariables: (request) => ({
    setVariableResult: request.setVariableData.map(({ component, variable }) => ({
      component,
      variable,
      attributeStatus: 'Accepted' as const,
    })),
  }),
  TriggerMessage: accepted,
  UnlockConnector: { status: 'Unlocked' },
  UpdateFirmware: accepted,
}

const unknownVariables = (
  request: Request<'GetVariables'>,
): Response<'GetVariables'>['getVariableResult'] =>
  request.getVariableData.map(({ component, variable }) => ({
    component,
    variable,
    attributeStatus: 'UnknownVariable' as const,
  }))
