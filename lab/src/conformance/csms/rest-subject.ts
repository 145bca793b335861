import type { HttpClient } from '@interlock/host'
import { Fault } from '@interlock/kernel'
import type { CommandAnswer, CsmsSubject, Resource } from './subject.ts'

/** Where the state API has what a case asks for. */
const paths: Readonly<Record<Resource, string>> = {
  station: '/stations/{id}',
  evses: '/stations/{id}/evses',
  transactions: '/stations/{id}/transactions',
  transactionStatus: '/stations/{id}/transaction-status',
  variables: '/stations/{id}/variables',
  reports: '/stations/{id}/reports',
  profiles: '/stations/{id}/profiles',
  schedules: '/stations/{id}/composite-schedules',
  chargingLimits: '/stations/{id}/charging-limits',
  localList: '/stations/{id}/local-list',
  messages: '/stations/{id}/messages',
  securityEvents: '/stations/{id}/security-events',
  certificates: '/stations/{id}/certificates',
  certificateRequests: '/stations/{id}/certificate-requests',
  firmware: '/stations/{id}/firmware',
  logs: '/stations/{id}/logs',
  customerInformation: '/stations/{id}/customer-information',
  networkProfiles: '/stations/{id}/network-profiles',
  meterValues: '/stations/{id}/meter-values',
  tokens: '/tokens',
  knocks: '/knocks',
}

/** The interface of our CSMS under `/api/v1`: commands and state. */
export function restInterface(
  base: string,
  { operator, reader }: { readonly operator: HttpClient; readonly reader: HttpClient },
): Required<Pick<CsmsSubject, 'command' | 'know' | 'setBootPolicy'>> {
  return {
    async command(stationId, action, payload): Promise<CommandAnswer> {
      const id = encodeURIComponent(stationId)
      const { status, body } = await operator.request(
        'POST',
        `${base}/api/v1/stations/${id}/commands/${action}`,
        payload,
      )
      return { status, body }
    },
    async know(resource, stationId) {
      const path = paths[resource].replace('{id}', encodeURIComponent(stationId))
      const url = `${base}/api/v1${path}`
      const { status, body } = await reader.request('GET', url)
      if (status !== 200) return { missing: status }
      const items = itemsOf(body)
      return resource === 'transactions' && Array.isArray(items)
        ? Promise.all(items.map((each: Summary) => wholeTransaction(reader, url, each)))
        : items
    },
    async setBootPolicy(stationId, policy) {
      const url = `${base}/api/v1/stations/${encodeURIComponent(stationId)}/boot-policy`
      const { status, body } = await operator.request('PUT', url, { policy })
      if (status >= 300)
        throw new Fault('BootPolicy', `the boot policy was not taken: ${JSON.stringify(body)}`)
    },
  }
}

type Summary = { readonly transactionId: string }

/** The list tells little of each; the rest stands with itself and with its events. */
async function wholeTransaction(reader: HttpClient, list: string, summary: Summary) {
  const url = `${list}/${encodeURIComponent(summary.transactionId)}`
  const [one, events] = await Promise.all([
    reader.request('GET', url),
    reader.request('GET', `${url}/events?limit=1000`),
  ])
  const sent = (events.body as { items?: readonly { meterValue?: readonly unknown[] }[] }).items
  const meterValues = (sent ?? []).flatMap(({ meterValue }) => meterValue ?? [])
  return { ...summary, ...(one.body as object), meterValues }
}

/** A page of a list, or what it is. */
function itemsOf(body: unknown): unknown {
  const items = (body as { items?: unknown } | null)?.items
  return Array.isArray(items) ? items : body
}
