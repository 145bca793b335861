import { existsSync } from 'node:fs'
import { openDccAlert, type DccAlert } from '@interlock/duis'
import { decodeAlert, executionWords } from '@interlock/gbcs'
import type { Crypto, Eui64 } from '@interlock/kernel'
import { writeAtomic } from './files.ts'
import { readText } from './read-file.ts'
import { problem } from './http-problem.ts'
import type { Endpoint } from './http-server.ts'
import type { PinnedPeer } from './pinned-peer.ts'

/**
 * `POST /api/v1/dcc-alerts`: where the data company brings its alerts to a user. Only what the pinned company
 * has signed for this user is taken, each once: the company brings them in their order, so that one not
 * above the last has been taken before.
 */
export function dccAlerts(options: {
  readonly company: PinnedPeer
  /** The user's organisation. */
  readonly own: Eui64
  /** File with the number of the last one. */
  readonly lastPath: string
  readonly crypto: Crypto
  /** For the audit trail. */
  readonly record: (kind: string, data: Readonly<Record<string, unknown>>) => void
  readonly onAlert: (about: DccAlert['about'], words: Words) => void
}): Endpoint {
  const { company, own, lastPath, crypto, record, onAlert } = options
  let last = existsSync(lastPath) ? BigInt(readText(lastPath).trim()) : -1n
  const open = (xml: string) => openDccAlert(xml, own, company.current(), crypto)
  return {
    method: 'POST',
    url: '/api/v1/dcc-alerts',
    roles: ['dcc'],
    contentType: 'xml',
    handle({ body }) {
      const xml = typeof body === 'string' ? body : ''
      const first = open(xml)
      const isOther = !first.ok && first.reason === 'SignerWrong'
      const alert = isOther && company.renew() ? open(xml) : first
      if (!alert.ok) {
        record('AlertRefused', { reason: alert.reason, detail: alert.detail ?? '' })
        return problem('BodyInvalid', alert.reason)
      }
      const { id, about } = alert.value
      const words = wordsOf(about, own)
      if (words === undefined) {
        record('AlertRefused', { reason: 'DocumentUnexpected', detail: 'GBCSPayload' })
        return problem('BodyInvalid', 'DocumentUnexpected')
      }
      if (id.counter <= last) return { status: 204 }
      const { kind } = about
      record('AlertTaken', { number: `${id.counter}`, kind, ...words })
      last = id.counter
      writeAtomic(lastPath, `${last}\n`, 0o600)
      onAlert(about, words)
      return { status: 204 }
    },
  }
}

type Words = Readonly<Record<string, string>>

/** `undefined` for what is no alert of a device to this user. */
function wordsOf(about: DccAlert['about'], own: Eui64): Words | undefined {
  if (about.kind === 'deviceAlert') {
    const read = decodeAlert(about.payload)
    if (!read.ok || read.value.alert.recipient !== own) return undefined
    const { alert } = read.value
    const words = alert.code === 'FutureDated' ? executionWords(alert) : alert.code
    return { device: alert.device, alertCode: about.alertCode, words }
  }
  if (about.kind === 'deviceStatus') return { device: about.device, status: about.status }
  const { target, counter } = about.request
  const outcome = about.kind === 'quarantined' ? about.breach : about.outcome
  return { target, counter: `${counter}`, outcome }
}
