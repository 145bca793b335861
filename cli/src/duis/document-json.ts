import {
  breaches,
  responseNameOf,
  responseWords,
  schemaVersion,
  serviceRow,
  variantRow,
  type DccAlert,
  type RequestId,
  type ServiceRequest,
  type ServiceResponse,
} from '@interlock/duis'
import { decodeAlert, executionWords, readFrame } from '@interlock/gbcs'
import { toBase64, toIso, type Instant } from '@interlock/kernel'
import { frameJson } from '../gbcs/frame-json.ts'

type Json = Readonly<Record<string, unknown>>

/** A request as JSON: counters in decimal, bytes in base64, instants in UTC. */
export function requestJson(request: ServiceRequest): Json {
  const { originator, target, counter, service, commandVariant, body } = request
  const row = serviceRow(service)
  return {
    kind: 'request',
    schemaVersion: request.schemaVersion ?? schemaVersion,
    requestId: { originator, target, counter: `${counter}` },
    commandVariant,
    commandVariantWords: variantRow(commandVariant).words,
    serviceReference: row.reference,
    serviceReferenceVariant: service,
    title: row.title,
    body: plain(body),
    ...(body.kind === 'signedPreCommand' && { carries: carried(body.payload) }),
  }
}

export function responseJson(response: ServiceResponse): Json {
  const { code, at, request, service, preCommand, payload, localCommand, detail } = response
  const message = preCommand ?? payload ?? localCommand
  return {
    kind: 'response',
    schemaVersion: response.schemaVersion ?? schemaVersion,
    ...(request && { requestId: { ...request, counter: `${request.counter}` } }),
    code,
    name: responseNameOf(code),
    words: responseWords(code),
    at: toIso(at),
    ...(service !== undefined && { serviceReferenceVariant: service }),
    ...(preCommand && { preCommand: toBase64(preCommand) }),
    ...(payload && { payload: toBase64(payload) }),
    ...(localCommand && { localCommand: toBase64(localCommand) }),
    ...(message && { carries: carried(message) }),
    ...(detail !== undefined && { detail }),
  }
}

export const alertJson = ({ at, id, about }: DccAlert): Json => ({
  kind: 'alert',
  at: toIso(at),
  ...(id && { responseId: idJson(id) }),
  ...toldJson(about),
})
const idJson = (id: RequestId): Json => ({ ...id, counter: `${id.counter}` })

function toldJson(about: DccAlert['about']): Json {
  if (about.kind === 'deviceStatus') {
    const { device, status } = about
    return { about: about.kind, words: `${device} is ${status} from now on`, device, status }
  }
  if (about.kind === 'deviceAlert') {
    const { alertCode, payload } = about
    const read = decodeAlert(payload)
    const words =
      read.ok && read.value.alert.code === 'FutureDated'
        ? { words: executionWords(read.value.alert) }
        : {}
    return {
      about: about.kind,
      ...words,
      alertCode,
      payload: toBase64(payload),
      carries: carried(payload),
    }
  }
  const requestId = idJson(about.request)
  if (about.kind === 'futureDated') {
    const { outcome } = about
    return {
      about: about.kind,
      words: `what was future-dated ended: ${outcome}`,
      requestId,
      outcome,
    }
  }
  const { breach, reference } = about
  return {
    about: about.kind,
    words: `quarantined: ${breaches[breach]}`,
    requestId,
    breach,
    reference,
  }
}

/** The GBCS message inside, read as `gbcs decode` does. */
function carried(bytes: Uint8Array): Json {
  const read = readFrame(bytes)
  return read.ok ? frameJson(read.value) : { unreadable: read.reason, detail: read.detail }
}

/** Members that are instants wherever they are numbers; a time of day is text. */
const instants: ReadonlySet<string> = new Set(['from', 'until', 'at', 'executeAt'])

function plain(value: unknown, key = ''): unknown {
  if (value instanceof Uint8Array) return toBase64(value)
  if (typeof value === 'bigint') return `${value}`
  if (typeof value === 'number' && instants.has(key)) return toIso(value as Instant)
  if (Array.isArray(value)) return value.map((each) => plain(each))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each, name)]))
}
