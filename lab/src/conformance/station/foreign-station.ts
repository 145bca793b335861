import type { ServerOptions } from 'node:https'
import type { Identity } from '@interlock/host'
import { NotApplicable } from '../steps.ts'
import type { Certificates } from './certificates.ts'
import type { Site, StationDriver, StationSubject, Way } from './subject.ts'
import type { Place } from './virtual-csms.ts'
import { waitingClock } from './waiting-clock.ts'

/** A station of someone else, and the person who stands at it. */
export type ForeignStation = {
  readonly stationId: string
  readonly place: Place
  readonly securityProfile: Way['securityProfile']
  /** Of the station, under security profiles 1 and 2. */
  readonly password?: string
  /** What the runner's CSMS shows, under security profiles 2 and 3. */
  readonly identity?: Identity
  /** PEM of the roots that the station's certificate may hang from, under security profile 3. */
  readonly roots: readonly string[]
  /** Tells the person what to do; false: it cannot be done. */
  readonly ask: (words: string) => Promise<boolean>
}

/**
 * A station of someone else as one under test: it comes to the runner, and a person is told what to do
 * at it. Its time is real time.
 */
export function openForeignStation(foreign: ForeignStation): StationSubject {
  const { stationId, place, securityProfile, password = '', ask } = foreign
  const site: Site = { place, securityProfile, password, certificates: certificatesOf(foreign) }
  const told = async (words: string): Promise<void> => {
    if (!(await ask(words))) throw new NotApplicable(`someone who can do this: ${words}`)
  }
  return {
    name: stationId,
    clock: waitingClock,
    site,
    async start(_clock, { variables }) {
      await told(setUpWords(foreign, variables))
      return { stationId, password, ...hands(told) }
    },
    close: () => Promise.resolve(),
  }
}

function setUpWords(
  { stationId, place, securityProfile }: ForeignStation,
  variables: Way['variables'],
): string {
  const settings = Object.entries(variables).map(([name, value]) => `${name} = ${value}`)
  return [
    `Set station ${stationId} up for ${place.address}, security profile ${securityProfile}, with nothing plugged in`,
    ...(settings.length === 0 ? [] : [`and with ${settings.join(', ')}`]),
    'then switch it off and on',
  ].join(', ')
}

type Hands = Omit<StationDriver, 'stationId' | 'password'>

const hands = (told: (words: string) => Promise<void>): Hands => ({
  entersBay: () => told('Drive a vehicle into the bay, and plug nothing in'),
  leavesBay: () => told('Drive the vehicle out of the bay'),
  plugsIn: (evseId = 1) => told(`Plug a vehicle in at EVSE ${evseId}`),
  unplugs: (evseId = 1) => told(`Unplug the vehicle at EVSE ${evseId}, at both ends`),
  leavesCable: () => told('Unplug the cable at the vehicle, and leave it in the socket'),
  takesCable: () => told('Take the loose cable out of the socket'),
  presents: ({ idToken, type }, evseId = 1) =>
    told(`Show the token ${idToken} (${type}) at EVSE ${evseId}`),
  vehiclePauses: (paused, evseId = 1) =>
    told(`Have the vehicle at EVSE ${evseId} ${paused ? 'take no energy' : 'take energy again'}`),
  faults: (kind) => told(kind === undefined ? 'Clear the fault' : `Bring about a fault: ${kind}`),
  limitedFromOutside: (watts) =>
    told(
      watts === undefined
        ? 'Have the energy manager lift its limit'
        : `Have the energy manager limit the station to ${watts} W`,
    ),
  losesPower: () => told('Cut the power of the station and restore it'),
  close: () => Promise.resolve(),
})

/** What the station trusts is its owner's: the runner has one identity, and signs nothing. */
function certificatesOf({ identity, roots }: ForeignStation): Certificates {
  const signs = (): never => {
    throw new NotApplicable('a station that trusts an authority of the runner')
  }
  return {
    rootPem: roots[0] ?? '',
    server(securityProfile, unlike): ServerOptions {
      if (identity === undefined || unlike !== undefined) return signs()
      const { keyPem: key, chainPem: cert } = identity
      const asks = { requestCert: true, rejectUnauthorized: true, ca: [...roots] }
      return { key, cert, ...(securityProfile === 3 ? asks : {}) }
    },
    station: signs,
    signs,
  }
}
