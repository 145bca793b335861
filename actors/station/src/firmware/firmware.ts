import { chainRefusal, downloadFile, isSignedBy } from '@interlock/host'
import { assert, Fault, fromIso, inSeconds, millis, toHex, type Instant } from '@interlock/kernel'
import { CallFailed, type Request, type Response } from '@interlock/ocpp'
import { afterAnswer } from '../after-answer.ts'
import type { Station } from '../station.ts'
import { readImage } from './image.ts'

export type FirmwareStatus = Request<'FirmwareStatusNotification'>['status']
/** What a supervised station demands besides the maker's signature. */
export type FirmwareDemands = {
  /** Of the image as it is registered, hex. */
  readonly sha256?: string
  /** Drawn for the restart, which moves load. */
  readonly delaySeconds?: number
}
/** What of an update outlives a loss of power. */
export type FirmwareUpdate = {
  readonly request: Request<'UpdateFirmware'>
  readonly status: FirmwareStatus
  readonly demands: FirmwareDemands
  /** Of the image, once it is about to run. */
  readonly version?: string
}

/** L01. One update at a time; a loss of power begins it again, or ends it where it had rebooted. */
export type Firmware = {
  begin(request: Request<'UpdateFirmware'>, demands: FirmwareDemands): Response<'UpdateFirmware'>
  /** After a loss of power, and after the restart that the update itself asked for. */
  resume(): void
  /** Nobody charges any more, or nobody ever did. */
  look(): void
  /** L01.FR.07: no new session may begin before the update that waits is done. */
  blocksSessions(): boolean
  /** F06. */
  tell(): Promise<void>
  close(): void
}

const imageBytesMax = 16_777_216
const retriesMax = 5

type Run = { readonly abort: AbortController; wake: (() => void) | undefined; installing: boolean }

export function createFirmware(station: () => Station): Firmware {
  let run: Run | undefined

  const update = (): FirmwareUpdate | undefined => station().keeper.memory.firmware
  const keep = (firmware: FirmwareUpdate): void => station().keeper.commit({ set: { firmware } })

  const notify = async (status: FirmwareStatus, requestId: number | undefined): Promise<void> => {
    const id = requestId === undefined ? {} : { requestId }
    try {
      await station().caller.call(
        'FirmwareStatusNotification',
        { status, ...id },
        { solicited: true },
      )
    } catch (error) {
      // The update goes on without its CSMS.
      if (!(error instanceof CallFailed)) throw error
    }
  }
  /** L01.FR.10: each step is durable, then told. */
  const reach = async (status: FirmwareStatus, version?: string): Promise<void> => {
    const before = update()
    assert(before !== undefined, 'an update is under way')
    keep({ ...before, status, ...(version === undefined ? {} : { version }) })
    await notify(status, before.request.requestId)
  }

  /** Until `at`; cancelled updates wake early. */
  const waitUntil = (at: Instant, current: Run): Promise<void> => {
    const { deps } = station()
    const wait = at - deps.clock.now()
    if (wait <= 0 || current.abort.signal.aborted) return Promise.resolve()
    return deps.activity.parked(
      () =>
        new Promise<void>((resolve) => {
          const timer = deps.clock.after(millis(wait), 'firmware', resolve)
          current.abort.signal.addEventListener('abort', () => {
            timer.cancel()
            resolve()
          })
        }),
    )
  }

  const download = async (
    { firmware, retries, retryInterval }: Request<'UpdateFirmware'>,
    current: Run,
  ): Promise<Uint8Array | undefined> => {
    const { deps, csmsRoots, trustStore } = stationParts(station())
    const roots = [...csmsRoots, ...trustStore.of('ManufacturerRootCertificate')]
    const attempts = 1 + Math.min(retries ?? 0, retriesMax)
    for (let attempt = 1; !current.abort.signal.aborted; attempt++) {
      try {
        const { signal } = current.abort
        return await downloadFile({
          url: firmware.location,
          roots,
          signal,
          bytesMax: imageBytesMax,
        })
      } catch (error) {
        if (!(error instanceof Fault)) throw error
        deps.log.warn({ attempt, detail: error.message }, 'no firmware yet')
        if (attempt >= attempts) return undefined
        const wait = inSeconds(retryInterval ?? 0)
        await waitUntil((deps.clock.now() + wait) as Instant, current)
      }
    }
    return undefined
  }

  const proceed = async (request: Request<'UpdateFirmware'>, current: Run): Promise<void> => {
    const { firmware } = request
    const { deps, reports } = station()
    const cancelled = (): boolean => current.abort.signal.aborted
    const from = fromIso(firmware.retrieveDateTime) ?? deps.clock.now()
    if (from > deps.clock.now()) {
      await reach('DownloadScheduled')
      await waitUntil(from, current)
    }
    if (cancelled()) return
    await reach('Downloading')
    const content = await download(request, current)
    if (cancelled()) return
    if (content === undefined) return reach('DownloadFailed')
    await reach('Downloaded')
    if (cancelled()) return
    // L01.FR.03, L01.FR.04
    const { sha256 } = update()?.demands ?? {}
    const isRegistered = sha256 === undefined || toHex(deps.crypto.sha256(content)) === sha256
    const { signingCertificate = '', signature = '' } = firmware
    if (!isRegistered || !isSignedBy(signingCertificate, content, signature)) {
      reports.security('InvalidFirmwareSignature', firmware.location)
      return reach('InvalidSignature')
    }
    await reach('SignatureVerified')
    if (cancelled()) return
    await untilInstall(firmware.installDateTime, current)
    if (cancelled()) return
    await install(content, current)
  }

  /** L01.FR.16, and L01.FR.06: at its time, and while nobody charges. */
  const untilInstall = async (installDateTime: string | undefined, current: Run): Promise<void> => {
    const { deps, keeper } = station()
    const at = installDateTime === undefined ? undefined : fromIso(installDateTime)
    if (at !== undefined && at > deps.clock.now()) {
      await reach('InstallScheduled')
      await waitUntil(at, current)
    }
    if (keeper.memory.transaction === undefined || current.abort.signal.aborted) return
    if (update()?.status !== 'InstallScheduled') await reach('InstallScheduled')
    station().reports.status()
    // The transaction may have ended while the CSMS was told: nobody would wake this any more.
    if (keeper.memory.transaction === undefined || current.abort.signal.aborted) return
    await deps.activity.parked(
      () =>
        new Promise<void>((resolve) => {
          current.wake = resolve
          current.abort.signal.addEventListener('abort', () => resolve())
        }),
    )
  }

  const install = async (content: Uint8Array, current: Run): Promise<void> => {
    current.installing = true
    const image = readImage(content, station().deps.crypto)
    await reach('Installing')
    if (image === undefined) return reach('InstallVerificationFailed')
    await reach('InstallRebooting', image.version)
    station().keeper.commit({ set: { firmwareVersion: image.version } })
    const { delaySeconds = 0 } = update()?.demands ?? {}
    station().restarts.soon({}, 'FirmwareUpdate', delaySeconds)
  }

  const start = (request: Request<'UpdateFirmware'>): void => {
    const current: Run = { abort: new AbortController(), wake: undefined, installing: false }
    run = current
    afterAnswer(station(), 'UpdateFirmware', async () => {
      try {
        await proceed(request, current)
      } finally {
        if (run === current) run = undefined
      }
      station().reports.status()
    })
  }

  return {
    begin(request, demands) {
      const refusal = refusalOf(station(), request)
      if (refusal !== undefined) return refusal
      // L01.FR.27, L01.FR.24
      if (run?.installing === true)
        return { status: 'Rejected', statusInfo: { reasonCode: 'FwUpdateInProgress' } }
      const before = run
      before?.abort.abort()
      keep({ request, demands, status: 'DownloadScheduled' })
      start(request)
      return { status: before === undefined ? 'Accepted' : 'AcceptedCanceled' }
    },
    resume() {
      const known = update()
      if (known === undefined) return
      if (known.status === 'InstallRebooting') {
        afterAnswer(station(), 'FirmwareStatusNotification', async () => {
          await reach('Installed')
          station().reports.security('FirmwareUpdated', known.version ?? '')
        })
      } else if (unfinished.includes(known.status) && run === undefined) start(known.request)
    },
    look() {
      if (station().keeper.memory.transaction === undefined) run?.wake?.()
    },
    blocksSessions: () =>
      run?.wake !== undefined &&
      !station().model.setting('ChargingStation', 'AllowNewSessionsPendingFirmwareUpdate'),
    async tell() {
      const known = update()
      // L01.FR.25, L01.FR.26
      if (known === undefined || known.status === 'Installed') await notify('Idle', undefined)
      else await notify(known.status, known.request.requestId)
    },
    close: () => run?.abort.abort(),
  }
}

const unfinished: readonly FirmwareStatus[] = [
  'DownloadScheduled',
  'Downloading',
  'Downloaded',
  'SignatureVerified',
  'InstallScheduled',
  'Installing',
]

const stationParts = (station: Station) => ({
  deps: station.deps,
  csmsRoots: station.csmsRoots(),
  trustStore: station.trustStore,
})

/** L01.FR.02, L01.FR.22: firmware comes signed by a certificate of the manufacturer, or not at all. */
function refusalOf(
  { trustStore, deps, reports }: Station,
  { firmware }: Request<'UpdateFirmware'>,
): Response<'UpdateFirmware'> | undefined {
  const { signingCertificate, signature } = firmware
  if (signingCertificate === undefined || signature === undefined)
    return { status: 'Rejected', statusInfo: { reasonCode: 'MissingParam' } }
  const roots = trustStore.of('ManufacturerRootCertificate')
  const refusal = chainRefusal(signingCertificate, roots, deps.wall.now())
  if (refusal === undefined) return undefined
  reports.security('InvalidFirmwareSigningCertificate', refusal)
  return { status: 'InvalidCertificate', statusInfo: { reasonCode: 'InvalidCertificate' } }
}
