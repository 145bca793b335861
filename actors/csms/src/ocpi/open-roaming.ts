import { openHttpServer, readText, type Closers, type Trust } from '@interlock/host'
import { askParty, newCredentialsToken, ocpiEndpoints, ocpiPeers } from '@interlock/host/ocpi'
import { Fault, inSeconds, inTurnByKey } from '@interlock/kernel'
import { createRegistration, readOcpi, strangers, type Tariff } from '@interlock/ocpi'
import { ocpiConnections, ocpiObjects, type OcpiTables } from '@interlock/store'
import type { Kysely } from 'kysely'
import { inBackground } from '../background.ts'
import type { Commands } from '../commands.ts'
import type { Context } from '../context.ts'
import { activeAt } from './charging-profiles.ts'
import { cpoHandlers } from './handlers.ts'
import { locationsOf, tellPlaces } from './locations.ts'
import type { OcpiConfig } from './ocpi-config.ts'
import { createProfileWatch } from './profile-watch.ts'
import { keepRecordRetention } from './record-retention.ts'
import { watchReservations } from './reservation-watch.ts'
import { restoreWishes } from './provider-wishes.ts'
import { createOutbox } from './outbox.ts'
import { admitDriver, tellTransaction, type RoamingDesk } from './roaming.ts'
import type { SessionPlace } from './session-place.ts'

/**
 * Speaks OCPI 2.2.1 with providers, as an operator of charging stations.
 * @returns its port; Fault `ConfigInvalid` when the tariff is none, or the port is taken
 */
export async function openRoaming(options: {
  readonly context: Context
  readonly commands: Commands
  readonly trust: Trust
  readonly ocpi: OcpiConfig
  readonly db: Kysely<OcpiTables>
  readonly tellSession: RoamingDesk['tellSession']
  readonly closers: Closers
}): Promise<number> {
  const { context, commands, trust, ocpi, db, tellSession, closers } = options
  const { config, deps, identity, audit } = context
  const { clock, entropy, crypto, activity, log } = deps
  const us = { country_code: ocpi.countryCode, party_id: ocpi.partyId }
  const peers = ocpiPeers(
    ocpi.providers,
    { role: 'EMSP', certificate: 'emsp', needs: [{ identifier: 'tokens', role: 'SENDER' }] },
    { identity, trust, timeoutMillis: inSeconds(ocpi.timeoutSeconds) },
    deps,
  )
  closers.push(() => peers.close())
  const registration = createRegistration({
    us,
    role: 'CPO',
    name: config.name,
    origin: ocpi.origin,
    parties: peers.parties,
    connections: await ocpiConnections(db, strangers),
    ask: askParty(peers.httpOf, entropy),
    newToken: () => newCredentialsToken(entropy),
    crypto,
  })
  const objects = await ocpiObjects(db)
  const label = `${config.actor}/ocpi`
  const outbox = createOutbox({ us, peers, registration, objects, deps, label })
  closers.push(() => outbox.close())
  const tariff = tariffIn(ocpi.tariff)
  const { places } = ocpi
  const desk: RoamingDesk = {
    context,
    us,
    tariff,
    places,
    peers,
    registration,
    objects,
    outbox,
    tellSession,
    recordDays: ocpi.recordDays,
  }
  await restoreWishes(desk)
  const locations = locationsOf(desk)
  const active = (place: SessionPlace, seconds: number) =>
    activeAt(commands, place, seconds, clock.now())
  const watch = createProfileWatch(desk, active, `${label}/profiles`)
  closers.push(() => watch.close())
  context.hooks.limitsChanged = (station) => watch.changed(station)
  const forgetting = keepRecordRetention(desk, ocpi, `${label}/retention`)
  closers.push(() => forgetting.close())
  const reservations = watchReservations(desk, `${label}/reservations`)
  closers.push(() => reservations.close())
  context.hooks.reservationEnded = (station, number) => reservations.ended(station, number)
  const server = await openHttpServer({
    name: label,
    listen: ocpi.listen,
    identity,
    trust,
    activity,
    log,
  })
  closers.push(() => server.close())
  const doors = ocpiEndpoints({
    roles: ['emsp'],
    parties: peers.byOrganisation,
    registration,
    door: {
      origin: ocpi.origin,
      us,
      handlers: cpoHandlers(desk, commands, locations, watch),
      credentials: registration,
      now: () => clock.now(),
    },
    onRefused: (party, path, message) =>
      void audit.record('OcpiRefused', { party: party ?? null, path, message }),
    clock,
  })
  for (const each of doors) server.route(each)
  const port = await server.listen()
  const teller = tellPlaces({ desk, locations, label: `${label}/places` })
  closers.push(() => teller.close())
  context.hooks.statusTold = () => inBackground(deps, 'tell-places', () => teller.tell())
  context.hooks.admitDriver = (station, idToken, payer) =>
    admitDriver(desk, station, idToken, payer)
  // Two events of one charge that end it at once would each make a record of it.
  const turn = inTurnByKey<string>()
  context.hooks.transactionTold = (station, transactionId) =>
    inBackground(deps, 'roaming', () =>
      turn(`${station} ${transactionId}`, () => tellTransaction(desk, station, transactionId)),
    )
  for (const { name, versions } of ocpi.providers)
    if (versions !== undefined && !registration.reach(name, 'tokens', 'SENDER').ok)
      inBackground(deps, 'register', async () => {
        const begun = await registration.begin(name, versions)
        if (!begun.ok) log.warn({ party: name, reason: begun.reason }, 'not registered')
      })
  return port
}

/** @throws Fault `ConfigInvalid`, naming the file. */
function tariffIn(path: string): Tariff {
  const tariff = readOcpi('Tariff', readText(path))
  if (tariff.ok) return tariff.value
  throw new Fault('ConfigInvalid', `${path}: ${tariff.reason} ${tariff.detail ?? ''}`, {
    remedy: 'give an OCPI 2.2.1 tariff',
  })
}
