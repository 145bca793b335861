import type { RequestBody, Service, ServiceRequest } from '@interlock/duis'
import type { Identity } from '@interlock/host'
import { eui64 } from '@interlock/kernel'
import { credentialsOf } from './credentials.fixture.ts'
import { image } from './firmware.fixture.ts'
import { evening, prenotification, type network } from './network.fixture.ts'
import { switching } from './switching.fixture.ts'

export type World = Awaited<ReturnType<typeof network>>

export const readTariff = (world: World, user: Identity): ServiceRequest => ({
  originator: user.peer.organisation,
  target: world.devices.meter.peer.eui,
  counter: world.nextCounter(),
  service: '4.11.1',
  commandVariant: 1,
  body: { kind: 'readSignedTariff' },
})
export const toMeter = (
  world: World,
  service: Service,
  user: Identity,
  body: RequestBody,
): ServiceRequest => ({ ...readTariff(world, user), service, commandVariant: 4, body })

const stranger = eui64('02-00-00-00-00-00-00-99')

/** One of each service request, as a user would make it. */
export function attemptsIn(
  world: World,
): Readonly<Record<Service, (user: Identity) => ServiceRequest>> {
  const meter = (service: Service, body: RequestBody) => (user: Identity) =>
    toMeter(world, service, user, body)
  const llcs = (service: Service, body: RequestBody) => (user: Identity) => ({
    ...toMeter(world, service, user, body),
    target: world.devices.llcs.peer.eui,
  })
  const read = (service: Service, body: RequestBody) => (user: Identity) =>
    ({ ...toMeter(world, service, user, body), commandVariant: 1 }) as const
  const company = (service: Service, body: RequestBody) => (user: Identity) =>
    ({
      ...toMeter(world, service, user, body),
      target: world.devices.dcc,
      commandVariant: 8,
    }) as const
  return {
    '1.1.1': meter('1.1.1', { kind: 'tariff', version: 9, from: evening, prices: [1] }),
    '4.1.2': read('4.1.2', { kind: 'readConsumption' }),
    '4.8.1': (user) => ({
      ...llcs('4.8.1', { kind: 'readImportProfile', from: evening, until: evening })(user),
      commandVariant: 1,
    }),
    '4.11.1': (user) => readTariff(world, user),
    '7.5': (user) => switching('7.5', user, world),
    '7.6': (user) => switching('7.6', user, world),
    '7.12': meter('7.12', { kind: 'offsetLimit', limitSeconds: 600 }),
    '6.11': meter('6.11', { kind: 'clock', at: evening, toleranceSeconds: 60 }),
    '6.14.3': llcs('6.14.3', { kind: 'controllerSchedules', schedules: [], specialDays: [] }),
    '6.15.1': (user) => toMeter(world, '6.15.1', user, credentialsOf(user)),
    '7.13': () => world.armRequest('7.13'),
    '7.14': read('7.14', { kind: 'readControllers' }),
    '7.15': read('7.15', { kind: 'readControllerOperation' }),
    '7.16': (user) => ({ ...world.armRequest('7.16'), originator: user.peer.organisation }),
    '8.3': company('8.3', { kind: 'decommission', device: stranger }),
    '8.13': (user) => {
      const original = readTariff(world, user)
      return company('8.13', { kind: 'localResponse', original, response: new Uint8Array(9) })(user)
    },
    '11.3': meter('11.3', { kind: 'firmware', hash: image }),
    '12.2': company('12.2', prenotification(stranger)),
  }
}
