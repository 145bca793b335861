import type { StationId } from '@interlock/kernel'
import type { Transport } from '@interlock/ocpp'
import type { History } from '../history/history.ts'

/** The same transport; what goes over it is also kept in the history. */
export const recorded = (
  transport: Transport,
  stationId: StationId,
  history: History,
): Transport => ({
  send(text) {
    history.add({ stationId, direction: 'out', text })
    transport.send(text)
  },
  onMessage: (listener) =>
    transport.onMessage((text) => {
      history.add({ stationId, direction: 'in', text })
      listener(text)
    }),
  onClose: (listener) => transport.onClose(listener),
  close: (code, reason) => transport.close(code, reason),
  get bufferedBytes() {
    return transport.bufferedBytes
  },
})
