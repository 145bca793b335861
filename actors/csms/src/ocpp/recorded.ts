import type { StationId } from '@interlock/kernel'
import type { Transport } from '@interlock/ocpp'
import type { History } from '../history/history.ts'

/** The same transport; what goes over it is also kept in the history. */
export const recorded = (transport: Transport, stationId: StationId, history: History): Transport =>
  new Recorded(transport, stationId, history)

/** A class, so that ten thousand idle connections share its methods. */
class Recorded implements Transport {
  readonly #transport: Transport
  readonly #stationId: StationId
  readonly #history: History

  constructor(transport: Transport, stationId: StationId, history: History) {
    this.#transport = transport
    this.#stationId = stationId
    this.#history = history
  }

  get bufferedBytes(): number {
    return this.#transport.bufferedBytes
  }

  send(text: string): void {
    this.#history.add({ stationId: this.#stationId, direction: 'out', text })
    this.#transport.send(text)
  }

  onMessage(listener: (text: string) => void): void {
    this.#transport.onMessage((text) => {
      this.#history.add({ stationId: this.#stationId, direction: 'in', text })
      listener(text)
    })
  }

  onClose(listener: (code: number, reason: string) => void): void {
    this.#transport.onClose(listener)
  }

  close(code: number, reason: string): void {
    this.#transport.close(code, reason)
  }
}
