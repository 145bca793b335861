import { Fault, fromIso, inSeconds, toIso, utf8 } from '@interlock/kernel'
import { readTail, TransferRefused, uploadFile } from '@interlock/host'
import { CallFailed, type Request, type Response } from '@interlock/ocpp'
import { afterAnswer } from './after-answer.ts'
import type { Station } from './station.ts'

type Status = Request<'LogStatusNotification'>['status']

/** N01: one upload of a log at a time. */
export type LogUpload = {
  begin(request: Request<'GetLog'>): Response<'GetLog'>
  /** What a trigger tells (F06): the upload under way, or that there is none. */
  tell(): Promise<void>
  close(): void
}

/** What is read of the audit file, and so the most that is uploaded. */
const logBytesMax = 1_048_576
const retriesMax = 5
const securityKinds = ['SecurityEvent', 'CertificateInstalled', 'CertificateDeleted']

type Upload = { readonly requestId: number; readonly abort: AbortController }

export function createLogUpload(station: () => Station): LogUpload {
  let current: Upload | undefined

  const notify = async (status: Status, requestId?: number): Promise<void> => {
    try {
      const id = requestId === undefined ? {} : { requestId }
      await station().caller.call('LogStatusNotification', { status, ...id }, { solicited: true })
    } catch (error) {
      // The upload goes on without its CSMS.
      if (!(error instanceof CallFailed)) throw error
    }
  }

  const run = async (
    upload: Upload,
    request: Request<'GetLog'>,
    content: string,
  ): Promise<void> => {
    const { requestId, abort } = upload
    const { deps, csmsRoots } = stationParts(station())
    const attempts = 1 + Math.min(request.retries ?? 0, retriesMax)
    await notify('Uploading', requestId)
    let status: Status = 'UploadFailure'
    for (let attempt = 1; attempt <= attempts && !abort.signal.aborted; attempt++) {
      status = await put(request.log.remoteLocation, csmsRoots, content, abort.signal)
      if (status === 'Uploaded' || attempt === attempts) break
      const wait = inSeconds(request.retryInterval ?? 0)
      await deps.activity.parked(
        () => new Promise<void>((resolve) => deps.clock.after(wait, 'log', resolve)),
      )
    }
    if (current !== upload) return
    current = undefined
    await notify(status, requestId)
  }

  return {
    begin(request) {
      const lines = linesFor(station(), request)
      if (lines === undefined) return { status: 'Rejected' }
      const { requestId } = request
      const before = current
      const upload: Upload = { requestId, abort: new AbortController() }
      current = upload
      before?.abort.abort()
      afterAnswer(station(), 'GetLog', async () => {
        // N01.FR.12, N01.FR.20
        if (before !== undefined) await notify('AcceptedCanceled', before.requestId)
        await run(upload, request, lines.join('\n'))
      })
      const filename = `${station().stationId}-${request.logType}-${requestId}.jsonl`
      return { status: before === undefined ? 'Accepted' : 'AcceptedCanceled', filename }
    },
    tell: () => (current === undefined ? notify('Idle') : notify('Uploading', current.requestId)),
    close: () => current?.abort.abort(),
  }
}

const stationParts = (station: Station) => ({
  deps: station.deps,
  csmsRoots: station.csmsRoots(),
})

async function put(
  url: string,
  roots: readonly string[],
  content: string,
  signal: AbortSignal,
): Promise<Status> {
  try {
    const transfer = { url, roots, signal, bytesMax: logBytesMax }
    await uploadFile(transfer, utf8(content), 'application/x-ndjson')
    return 'Uploaded'
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    if (error.code === 'TransferUnsupported') return 'NotSupportedOperation'
    const status = error instanceof TransferRefused ? error.status : 0
    return refusals[status] ?? 'UploadFailure'
  }
}

const refusals: Readonly<Record<number, Status>> = {
  400: 'BadMessage',
  401: 'PermissionDenied',
  403: 'PermissionDenied',
  405: 'NotSupportedOperation',
  501: 'NotSupportedOperation',
}

/** N01.FR.02, N01.FR.03, N01.FR.05: what the log holds of that kind and time; `undefined` for nothing. */
function linesFor(
  station: Station,
  { logType, log }: Request<'GetLog'>,
): readonly string[] | undefined {
  const oldest = log.oldestTimestamp === undefined ? 0 : fromIso(log.oldestTimestamp)
  const latest = log.latestTimestamp === undefined ? Infinity : fromIso(log.latestTimestamp)
  if (oldest === undefined || latest === undefined) return undefined
  const all = logType === 'DiagnosticsLog' && oldest === 0 && latest === Infinity
  const audit = readTail(`${station.config.data}/audit.jsonl`, logBytesMax).filter((line) => {
    if (all) return true
    const { kind, at } = JSON.parse(line) as { kind?: string; at?: number }
    const inTime = at === undefined || (at >= oldest && at <= latest)
    return inTime && (logType === 'DiagnosticsLog' || securityKinds.includes(kind ?? ''))
  })
  if (audit.length === 0 && (log.oldestTimestamp ?? log.latestTimestamp) !== undefined)
    return undefined
  if (logType === 'SecurityLog') return audit
  const { model, deps } = station
  const values = model.inventory().map(({ row, value }) => [row.component, row.variable, value])
  return [JSON.stringify({ kind: 'Variables', at: toIso(deps.clock.now()), values }), ...audit]
}
