import {
  duisProblems,
  parseDccAlert,
  parseRequest,
  parseResponse,
  signerSerial,
  type DuisProblem,
} from '@interlock/duis'
import type { Outcome, Refusal } from '@interlock/kernel'
import { refuse } from '../refusal.ts'
import type { Invocation } from '../command.ts'
import { alertJson, requestJson, responseJson } from './document-json.ts'

type Json = Readonly<Record<string, unknown>>

/** A request, response or alert as JSON, with what its signature says of its signer; verifies nothing. */
export function documentJson(xml: string): Outcome<Json, DuisProblem> {
  const request = parseRequest(xml)
  const isAlert = /<(?:\w+:)?(?:DCC|Device)AlertMessage[\s>]/.test(xml)
  const alert = isAlert ? parseDccAlert(xml) : undefined
  const response = request.ok || isAlert ? undefined : parseResponse(xml)
  const signer = signerSerial(xml)
  const signed = signer.ok
    ? { signed: true, certificateSerial: signer.value }
    : { signed: signer.reason !== 'SignatureMissing' }
  if (request.ok) return { ok: true, value: { ...requestJson(request.value), ...signed } }
  if (response?.ok === true)
    return { ok: true, value: { ...responseJson(response.value), ...signed } }
  if (alert !== undefined)
    return alert.ok ? { ok: true, value: { ...alertJson(alert.value), ...signed } } : alert
  // A root that is no request's: what is wrong is wrong with a response.
  return /<(?:\w+:)?Response[\s>]/.test(xml) && response !== undefined ? response : request
}

/** Prints why a document is refused: the element at fault and the reason; the exit code. */
export const refuseDocument = (
  print: Invocation['print'],
  { reason, detail }: Refusal<DuisProblem>,
): number => refuse(print, reason, duisProblems[reason], detail)
