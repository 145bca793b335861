import { join } from 'node:path'
import type { Home, Server } from './address-book.ts'

/** Where everything of a street lies below its folder. */
export const layoutOf = (dir: string) => ({
  dir,
  /** What the street is: its size, ports and secrets; written once. */
  street: join(dir, 'street.json'),
  ceremony: join(dir, 'ceremony'),
  trust: {
    charging: join(dir, 'trust/charging-root.pem'),
    smartMeter: join(dir, 'trust/smart-meter-root.pem'),
  },
  /** The newest list of the smart-meter authority. */
  smartMeterList: join(dir, 'trust/smart-meter-list.pem'),
  cluster: join(dir, 'database'),
  /** Identity of the meter at the feeder's head, and what it has counted of the rest of the feeder. */
  feederMeter: join(dir, 'feeder-meter'),
  feederLoad: join(dir, 'feeder-meter/load.json'),
  server: (name: Server) => folder(join(dir, name)),
  /** What operator and provider have agreed that charging costs, and the card that the provider has issued. */
  roamingTariff: join(dir, 'roaming/tariff.json'),
  driverCard: join(dir, 'roaming/card'),
  /** Key with which the home's owner says who may read what of it. */
  ownerKey: (home: Home) => join(dir, 'homes', `${home.number}`, 'owner/key.pem'),
  device: (kind: DeviceKind, home: Home) => folder(join(dir, 'homes', `${home.number}`, kind)),
})
export type Layout = ReturnType<typeof layoutOf>
export type DeviceKind = 'hub' | 'meter' | 'llcs' | 'station'

/** One actor's folder: config, data, and an identity under each root. */
const folder = (root: string) => ({
  root,
  config: join(root, 'config.json'),
  data: join(root, 'data'),
  charging: join(root, 'charging'),
  /** Of the CSMS: its other certificate, for stations that only know RSA. */
  rsa: join(root, 'charging-rsa'),
  smartMeter: join(root, 'smart-meter'),
})
