import { fromIso, inSeconds, type Timer } from '@interlock/kernel'
import { CallFailed, type Endpoint, type Request } from '@interlock/ocpp'
import { firmwareVersion } from '../live-values.ts'
import type { Station } from '../station.ts'

/** What the CSMS made of the boot; `Unknown` until it has answered. */
export type Registration = 'Unknown' | 'Accepted' | 'Pending' | 'Rejected'
export type BootReason = Request<'BootNotification'>['reason']

export type Boot = {
  readonly registration: Registration
  /** The station has started, or starts again: the CSMS must register it anew. */
  restarted(): void
  /** On a new connection: boots where it must, else asks for the time. */
  connected(endpoint: Endpoint): Promise<void>
  /** The interval was set anew. */
  beatAgain(): void
  /** F06: at once, whatever the interval says. */
  trigger(): Promise<void>
  /** The connection is gone. */
  stop(): void
}

const retrySecondsDefault = 60

/** B01 … B03. Until the boot is accepted nothing else is sent; the charge goes on meanwhile. */
export function createBoot(options: {
  readonly station: () => Station
  /** Accepted just now, or a connection of one that was. */
  readonly onAccepted: (booted: boolean) => Promise<void>
}): Boot {
  let registration: Registration = 'Unknown'
  let endpoint: Endpoint | undefined
  let timer: Timer | undefined

  const later = (seconds: number, label: string, work: () => Promise<void>): void => {
    const current = endpoint
    timer?.cancel()
    timer = options.station().deps.clock.after(inSeconds(seconds), label, async () => {
      if (current === undefined || endpoint !== current) return
      try {
        await work()
      } catch (error) {
        if (!(error instanceof CallFailed)) throw error
        current.close()
      }
    })
  }

  const heard = (currentTime: string): void => {
    const at = fromIso(currentTime)
    if (at !== undefined) options.station().hearTime('csms', at)
  }

  const boot = async (reason: BootReason): Promise<void> => {
    const current = endpoint
    if (current === undefined) return
    const { records, model } = options.station()
    const answer = await current.call('BootNotification', { reason, ...machine(options.station()) })
    if (endpoint !== current) return
    heard(answer.currentTime)
    registration = answer.status
    if (answer.status !== 'Accepted') {
      records.note('BootNotAccepted', { status: answer.status })
      // B02.FR.07, B03.FR.05: with 0 the station chooses.
      const wait = answer.interval > 0 ? answer.interval : retrySecondsDefault
      return later(wait, 'boot', () => boot(reason))
    }
    forgetReason(options.station())
    if (answer.interval > 0 && answer.interval <= 86_400)
      model.store('OCPPCommCtrlr.HeartbeatInterval', `${answer.interval}`)
    beat()
    await options.onAccepted(true)
  }

  const beat = (): void =>
    later(options.station().model.setting('OCPPCommCtrlr', 'HeartbeatInterval'), 'heartbeat', once)
  const once = async (): Promise<void> => {
    await ask()
    beat()
  }
  const ask = async (): Promise<void> => {
    if (endpoint !== undefined) heard((await endpoint.call('Heartbeat', {})).currentTime)
  }

  return {
    get registration() {
      return registration
    },
    restarted() {
      registration = 'Unknown'
      timer?.cancel()
    },
    async connected(current) {
      endpoint = current
      if (registration !== 'Accepted') {
        registration = 'Unknown'
        return boot(options.station().keeper.memory.bootReason ?? 'PowerUp')
      }
      await once()
      await options.onAccepted(false)
    },
    beatAgain() {
      if (endpoint !== undefined && registration === 'Accepted') beat()
    },
    trigger() {
      timer?.cancel()
      return boot('Triggered')
    },
    stop() {
      timer?.cancel()
      endpoint = undefined
    },
  }
}

function forgetReason({ keeper }: Station): void {
  if (keeper.memory.bootReason !== undefined) keeper.commit({ set: { bootReason: null } })
}

const serialNumberCharactersMax = 25

/** B01.FR.11: as the certificate names the station, or not at all where that does not fit. */
const serialOf = (stationId: string): { serialNumber?: string } =>
  stationId.length <= serialNumberCharactersMax ? { serialNumber: stationId } : {}

const machine = ({
  stationId,
  model,
}: Station): Pick<Request<'BootNotification'>, 'chargingStation'> => ({
  chargingStation: {
    model: model.setting('ChargingStation', 'Model'),
    vendorName: model.setting('ChargingStation', 'VendorName'),
    ...serialOf(stationId),
    firmwareVersion: model.held('ChargingStation.FirmwareVersion') ?? firmwareVersion,
  },
})
