import {
  duisProblems,
  formatRequestId,
  openSigned,
  parseQuarantineAlert,
  parseResponse,
  type DuisProblem,
  type KnownSigner,
  type QuarantineAlert,
  type ServiceResponse,
} from '@interlock/duis'
import { nodeCrypto } from '@interlock/host'
import { refused, type Outcome } from '@interlock/kernel'

/** The data company's alert of this reference; refused unless the company has signed it. */
export function alertIn(
  body: unknown,
  reference: string,
  company: KnownSigner,
): Outcome<QuarantineAlert, string> {
  const signed = openSigned(textIn(body), company, nodeCrypto)
  const alert = signed.ok ? parseQuarantineAlert(signed.value.xml) : signed
  if (alert.ok && alert.value.reference !== reference)
    return otherwise(`QuarantineEventRef: is ${alert.value.reference}`)
  return alert.ok ? alert : inWords(alert.reason)
}

/** Its answer to the request that the alert is about, under the same condition. */
export function answerIn(
  body: unknown,
  { request }: QuarantineAlert,
  company: KnownSigner,
): Outcome<ServiceResponse, string> {
  const signed = openSigned(textIn(body), company, nodeCrypto)
  const answer = signed.ok ? parseResponse(signed.value.xml) : signed
  if (!answer.ok) return inWords(answer.reason)
  const about = answer.value.request
  return about !== undefined && formatRequestId(about) === formatRequestId(request)
    ? answer
    : otherwise('RequestID: is another')
}

const inWords = (reason: DuisProblem) => refused(reason, duisProblems[reason])
const otherwise = (detail: string) => refused('RequestMismatch' satisfies DuisProblem, detail)
const textIn = (body: unknown): string => (typeof body === 'string' ? body : '')
