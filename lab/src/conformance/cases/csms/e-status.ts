import type { Response } from '@interlock/ocpp'
import { csmsCase, type CsmsCase, type CsmsScene } from '../../csms/case.ts'

/** What the station says of one transaction, or of all. */
type Status = Response<'GetTransactionStatus'> & { readonly ofOne: boolean }

const rows: Readonly<Record<string, Status>> = {
  TC_E_29_CSMS: { ofOne: true, ongoingIndicator: true, messagesInQueue: true },
  TC_E_30_CSMS: { ofOne: true, ongoingIndicator: true, messagesInQueue: false },
  TC_E_31_CSMS: { ofOne: true, ongoingIndicator: false, messagesInQueue: true },
  TC_E_33_CSMS: { ofOne: false, messagesInQueue: true },
  TC_E_34_CSMS: { ofOne: false, messagesInQueue: false },
}

const asks = ({ ofOne, ...response }: Status) =>
  async function run({ station, csms, tokens }: CsmsScene): Promise<void> {
    await station.boots()
    const charge = await station.isCharging(tokens.valid)
    const ended = { info: { stoppedReason: 'EVDisconnected' } } as const
    const late = charge.later('Ended', 'EVDeparted', ended)
    station.answers('GetTransactionStatus', response)
    await csms.sends('GetTransactionStatus', ofOne ? { transactionId: charge.id } : {})
    const transactionId = ofOne ? charge.id : null
    await csms.knowsOf('transactionStatus', { transactionId, ...response })
    // What was waiting comes, and closes the transaction.
    await station.sends('TransactionEvent', { ...late, offline: response.messagesInQueue })
    await csms.knowsOf('transactions', { transactionId: charge.id, state: 'ended' })
  }

export const statuses: readonly CsmsCase[] = Object.entries(rows).map(([id, status]) =>
  csmsCase(id, asks(status)),
)
