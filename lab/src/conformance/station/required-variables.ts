/**
 * Variables that a station must have (Part 2 chapter on referenced components and variables), for the
 * functional blocks of the four profiles; those that a CSMS can write are marked.
 */
const required = `
AlignedDataCtrlr.Interval rw
AlignedDataCtrlr.Measurands rw
AlignedDataCtrlr.TxEndedInterval rw
AlignedDataCtrlr.TxEndedMeasurands rw
AuthCtrlr.AuthorizeRemoteStart
AuthCtrlr.LocalAuthorizeOffline rw
AuthCtrlr.LocalPreAuthorize rw
ChargingStation.AvailabilityState
ChargingStation.Available
ChargingStation.SupplyPhases
ClockCtrlr.DateTime
ClockCtrlr.TimeSource rw
Connector.Available
Connector.ConnectorType
Connector.SupplyPhases
DeviceDataCtrlr.BytesPerMessage(GetReport)
DeviceDataCtrlr.BytesPerMessage(GetVariables)
DeviceDataCtrlr.BytesPerMessage(SetVariables)
DeviceDataCtrlr.ItemsPerMessage(GetReport)
DeviceDataCtrlr.ItemsPerMessage(GetVariables)
DeviceDataCtrlr.ItemsPerMessage(SetVariables)
EVSE.AvailabilityState
EVSE.Available
EVSE.Power
EVSE.SupplyPhases
LocalAuthListCtrlr.BytesPerMessage
LocalAuthListCtrlr.Entries
LocalAuthListCtrlr.ItemsPerMessage
OCPPCommCtrlr.FileTransferProtocols
OCPPCommCtrlr.MessageAttemptInterval(TransactionEvent) rw
OCPPCommCtrlr.MessageAttempts(TransactionEvent) rw
OCPPCommCtrlr.MessageTimeout(Default)
OCPPCommCtrlr.NetworkConfigurationPriority rw
OCPPCommCtrlr.NetworkProfileConnectionAttempts rw
OCPPCommCtrlr.OfflineThreshold rw
OCPPCommCtrlr.ResetRetries rw
OCPPCommCtrlr.UnlockOnEVSideDisconnect
SampledDataCtrlr.TxEndedInterval rw
SampledDataCtrlr.TxEndedMeasurands rw
SampledDataCtrlr.TxStartedMeasurands rw
SampledDataCtrlr.TxUpdatedInterval rw
SampledDataCtrlr.TxUpdatedMeasurands rw
SecurityCtrlr.CertificateEntries
SecurityCtrlr.OrganizationName rw
SecurityCtrlr.SecurityProfile
SmartChargingCtrlr.Entries(ChargingProfiles)
SmartChargingCtrlr.LimitChangeSignificance rw
SmartChargingCtrlr.PeriodsPerSchedule
SmartChargingCtrlr.ProfileStackLevel
SmartChargingCtrlr.RateUnit
TariffCostCtrlr.Currency rw
TariffCostCtrlr.TariffFallbackMessage rw
TariffCostCtrlr.TotalCostFallbackMessage rw
TxCtrlr.EVConnectionTimeOut rw
TxCtrlr.StopTxOnEVSideDisconnect
TxCtrlr.StopTxOnInvalidId
TxCtrlr.TxStartPoint
TxCtrlr.TxStopPoint
`

const lines = required.trim().split('\n')

/** As `Component.Variable(Instance)`. */
export const requiredVariables: readonly string[] = lines.map((line) => line.split(' ')[0] ?? '')
export const writableVariables: readonly string[] = lines
  .filter((line) => line.endsWith(' rw'))
  .map((line) => line.slice(0, -' rw'.length))
