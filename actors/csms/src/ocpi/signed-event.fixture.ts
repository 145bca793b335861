import { keyText, meterKey, registers, values } from '@interlock/billing/operator.fixture'
import type { Request } from '@interlock/ocpp'

/** An event of a charge whose readings its meter has signed, half an hour after the one before. */
export const signedEvent = (
  seqNo: number,
  eventType: Request<'TransactionEvent'>['eventType'],
): Request<'TransactionEvent'> => {
  const signed = values()[seqNo] ?? values()[0]
  const timestamp = new Date(Date.parse('2026-01-12T20:30:00Z') + seqNo * 1_800_000).toISOString()
  return {
    eventType,
    timestamp,
    triggerReason: 'MeterValuePeriodic',
    seqNo,
    transactionInfo: { transactionId: 'roaming-1' },
    evse: { id: 1, connectorId: 1 },
    idToken: { idToken: '04A1B2C3', type: 'ISO14443' },
    meterValue: [
      {
        timestamp,
        sampledValue: [
          {
            value: registers[seqNo] ?? 0,
            context: seqNo === 0 ? 'Transaction.Begin' : 'Sample.Periodic',
            signedMeterValue: {
              signedMeterData: signed?.signed_data ?? '',
              signingMethod: 'ECDSA-secp256r1-SHA256',
              encodingMethod: 'OCMF',
              publicKey: seqNo === 0 ? keyText(meterKey) : '',
            },
          },
        ],
      },
    ],
  }
}
