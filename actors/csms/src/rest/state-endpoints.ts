import type { Endpoint, HttpRequest, Reply } from '@interlock/host'
import { toIso, instant } from '@interlock/kernel'
import type { StationView } from '../core/view.ts'
import type { Fact, FactKind } from '../core/facts.ts'
import { KnownFact, LocalListAnswer, pageOf } from './answers.ts'
import { withStation, type Api } from './api.ts'
import { askedPage, isReply, page } from './pages.ts'

/** Where each kind of fact is read, and in what words its list is described. */
export const stateResources = {
  evses: { kind: 'connector', says: 'Connectors with the status they last reported.' },
  variables: { kind: 'variable', says: 'Attributes of the variables of the device model.' },
  reports: { kind: 'report', says: 'Reports asked for, and how much of each has come.' },
  monitors: { kind: 'monitor', says: 'Variable monitors that are set.' },
  events: { kind: 'event', says: 'Events of the device model, oldest first.' },
  'security-events': { kind: 'securityEvent', says: 'Security events, oldest first.' },
  profiles: { kind: 'profile', says: 'Charging profiles installed or reported.' },
  'composite-schedules': { kind: 'compositeSchedule', says: 'Composite schedules, as last read.' },
  'charging-limits': { kind: 'chargingLimit', says: 'Limits that others than this CSMS have set.' },
  'ev-charging': { kind: 'evCharging', says: 'Needs and schedules that cars have told.' },
  certificates: { kind: 'certificate', says: 'Certificates that the station holds.' },
  'certificate-requests': {
    kind: 'certificateRequest',
    says: 'How certificates sent to the station came out.',
  },
  firmware: { kind: 'firmware', says: 'Firmware updates asked for, with their status.' },
  logs: { kind: 'log', says: 'Logs asked for, with their status.' },
  'customer-information': { kind: 'customerInformation', says: 'Customer information, as told.' },
  'display-messages': { kind: 'displayMessage', says: 'Messages on the display.' },
  reservations: { kind: 'reservation', says: 'Reservations.' },
  'network-profiles': { kind: 'networkProfile', says: 'Network profiles that were sent.' },
  availability: { kind: 'availability', says: 'Changes of availability that were asked for.' },
  'transaction-status': { kind: 'transactionStatus', says: 'Answers about queued messages.' },
  'meter-values': { kind: 'meterValues', says: 'Meter values outside transactions, oldest first.' },
  agreements: { kind: 'agreement', says: 'What drivers agreed to at the station, by card.' },
  'card-findings': { kind: 'cardFinding', says: 'Cards that were misused here, and what follows.' },
  'data-transfers': { kind: 'dataTransfer', says: 'Vendor messages sent to the station.' },
} as const satisfies Record<string, { kind: FactKind; says: string }>

export const stateEndpoints = (api: Api): Endpoint[] => [
  ...Object.entries(stateResources).map(([path, { kind, says }]) => ({
    ...read(path, says),
    answer: pageOf(KnownFact),
    handle: withStation(api, (view, request) => listOf(api, view, kind, request)),
  })),
  {
    ...read('local-list', 'The list of tokens that the station has, with its version.'),
    answer: LocalListAnswer,
    handle: withStation(api, async (view) => ({ status: 200, body: await localList(api, view) })),
  },
]

const read = (path: string, summary: string) =>
  ({ method: 'GET', url: `/api/v1/stations/:id/${path}`, roles: ['web'], summary }) as const

async function listOf(
  { context }: Api,
  { record }: StationView,
  kind: FactKind,
  request: HttpRequest,
): Promise<Reply> {
  const asked = askedPage(request)
  if (isReply(asked)) return asked
  const after = asked.after === undefined ? {} : { after: asked.after }
  const limit = asked.limit + 1
  const facts = await context.known.list(record.stationId, kind, { ...after, limit })
  return page(facts, asked, (fact) => fact.key, shown)
}

/** Parts of an answer in parts are shown put together. */
function shown({ at, value }: Fact): object {
  const { texts: _texts, ...open } = value
  return { ...open, knownAt: toIso(instant(at)) }
}

async function localList({ context }: Api, { record }: StationView): Promise<object> {
  const { stationId } = record
  const [list, entries] = await Promise.all([
    context.known.find(stationId, 'localList', 'list'),
    context.known.all(stationId, 'localListEntry'),
  ])
  return {
    version: 0,
    reportedVersion: null,
    ...list?.value,
    entries: entries.map((each) => each.value),
  }
}
