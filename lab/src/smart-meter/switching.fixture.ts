import type { AuxiliaryLoadBody, ServiceRequest } from '@interlock/duis'
import type { Identity } from '@interlock/host'
import type { Instant } from '@interlock/kernel'
import type { network } from './network.fixture.ts'

type World = Awaited<ReturnType<typeof network>>

/** The word of a supplier that the load of controller 1 is switched on (7.5) or off (7.6) from now. */
export const switching = (
  service: '7.5' | '7.6',
  { peer }: Identity,
  { clock, devices, nextCounter }: Pick<World, 'clock' | 'devices' | 'nextCounter'>,
  change: Partial<AuxiliaryLoadBody> = {},
): ServiceRequest => ({
  originator: peer.organisation,
  target: devices.llcs.peer.eui,
  counter: nextCounter(),
  service,
  commandVariant: 4,
  body: { kind: 'auxiliaryLoad', controller: 1, from: wholeSecond(clock.now()), ...change },
})

const wholeSecond = (at: Instant): Instant => (at - (at % 1000)) as Instant
