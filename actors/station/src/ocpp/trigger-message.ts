import type { Handler, Request } from '@interlock/ocpp'
import { afterAnswer } from '../after-answer.ts'
import type { Station } from '../station.ts'

type Kind = Request<'TriggerMessage'>['requestedMessage']

/** One row per message that can be asked for: whether it can be had now, and how it is sent. */
type Row = {
  readonly may?: (station: Station, request: Request<'TriggerMessage'>) => boolean
  readonly send: (station: Station, request: Request<'TriggerMessage'>) => Promise<void> | void
}

const rows: Readonly<Partial<Record<Kind, Row>>> = {
  BootNotification: {
    // F06.FR.17: the boot was accepted already.
    may: ({ boot }) => boot.registration !== 'Accepted',
    send: ({ boot }) => boot.trigger(),
  },
  FirmwareStatusNotification: { send: ({ firmware }) => firmware.tell() },
  Heartbeat: {
    async send({ caller }) {
      await caller.call('Heartbeat', {}, { solicited: true })
    },
  },
  LogStatusNotification: { send: ({ logUpload }) => logUpload.tell() },
  SignChargingStationCertificate: { send: (station) => station.askForCertificate() },
  MeterValues: {
    may: (station, { evse }) => evse === undefined || evse.id === station.evse,
    send: (station) => station.metering().trigger(),
  },
  TransactionEvent: {
    // F06.FR.07: of each transaction that is going on.
    may: (station, { evse }) =>
      (evse === undefined || evse.id === station.evse) &&
      station.keeper.memory.transaction !== undefined,
    send: ({ charging }) => charging.update(undefined, { trigger: 'Trigger' }),
  },
  StatusNotification: {
    may: (station, { evse }) => evse === undefined || isConnector(station, evse),
    send: ({ reports }) => reports.statusAgain(),
  },
}

/** F06: the answer first, the message after it. */
export const triggerMessage =
  (station: Station): Handler<'TriggerMessage'> =>
  (request) => {
    const row = rows[request.requestedMessage]
    if (row === undefined) return { status: 'NotImplemented' }
    if (row.may?.(station, request) === false) return { status: 'Rejected' }
    afterAnswer(station, `trigger/${request.requestedMessage}`, async () =>
      row.send(station, request),
    )
    return { status: 'Accepted' }
  }

const isConnector = (
  { evse }: Station,
  at: NonNullable<Request<'TriggerMessage'>['evse']>,
): boolean => at.id === evse && (at.connectorId ?? 1) === 1
