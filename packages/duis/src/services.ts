import type { CommandVariant } from './command-variants.ts'

/** Name spaces: the data company's, the signature's, and ours for what the standard lacks. */
export const namespaces = {
  sr: 'http://www.dccinterface.co.uk/ServiceUserGateway',
  ds: 'http://www.w3.org/2000/09/xmldsig#',
  il: 'urn:interlock:duis:1',
} as const
/** The schema version in use, and those that are read: 5.1 is what older answers carry. */
export const schemaVersion = '5.4'
export const schemaVersions = ['5.1', '5.4'] as const
export type SchemaVersion = (typeof schemaVersions)[number]

/** What the body of a request says. */
export type BodyKind =
  | 'loadControl'
  | 'auxiliaryLoad'
  | 'offsetLimit'
  | 'clock'
  | 'firmware'
  | 'credentials'
  | 'tariff'
  | 'tariffDocument'
  | 'timeOfUseTariff'
  | 'readTariff'
  | 'readSignedTariff'
  | 'readConsumption'
  | 'readImportProfile'
  | 'controllerSchedules'
  | 'readControllers'
  | 'readControllerOperation'
  | 'signedPreCommand'
  | 'localResponse'
  | 'decommission'
  | 'prenotification'

type Bodies = readonly [BodyKind, ...BodyKind[]]

/** One row per service request: its reference, the body element, and what each command variant may carry. */
export type ServiceRow = {
  readonly reference: string
  readonly title: string
  readonly element: string
  readonly variants: Readonly<Partial<Record<CommandVariant, Bodies>>>
}

const signed = ['signedPreCommand'] as const
const critical = (...bodies: Bodies) => ({ 4: bodies, 5: signed, 6: signed, 7: signed }) as const
const plain = (...bodies: Bodies) => ({ 1: bodies, 2: bodies, 3: bodies }) as const
const ofCompany = (...bodies: Bodies) => ({ 8: bodies }) as const

export const services = {
  '1.1.1': {
    reference: '1.1',
    title: 'Update Import Tariff (Primary Element)',
    element: 'UpdateImportTariffPrimaryElement',
    variants: critical('tariff', 'tariffDocument', 'timeOfUseTariff'),
  },
  '4.1.2': {
    reference: '4.1',
    title: 'Read Consumption by Register',
    element: 'il:ReadConsumption',
    variants: plain('readConsumption'),
  },
  '4.8.1': {
    reference: '4.8',
    title: 'Read Active Import Profile Data',
    element: 'ReadActiveImportProfileData',
    variants: plain('readImportProfile'),
  },
  '4.11.1': {
    reference: '4.11',
    title: 'Read Tariff (Primary Element)',
    element: 'ReadTariffPrimaryElement',
    variants: plain('readTariff', 'readSignedTariff'),
  },
  '6.11': {
    reference: '6.11',
    title: 'Synchronise Clock',
    element: 'SynchroniseClock',
    variants: critical('clock'),
  },
  '6.14.3': {
    reference: '6.14',
    title: 'Update Device Configuration (Auxiliary Controller Scheduler)',
    element: 'UpdateDeviceConfigurationAuxiliaryControllerScheduler',
    variants: critical('controllerSchedules'),
  },
  '6.15.1': {
    reference: '6.15',
    title: 'Update Security Credentials (Known Remote Party)',
    element: 'UpdateSecurityCredentialsKRP',
    variants: critical('credentials'),
  },
  '7.5': {
    reference: '7.5',
    title: 'Activate Auxiliary Load',
    element: 'il:ActivateAuxiliaryLoad',
    variants: critical('auxiliaryLoad'),
  },
  '7.6': {
    reference: '7.6',
    title: 'Deactivate Auxiliary Load',
    element: 'il:DeactivateAuxiliaryLoad',
    variants: critical('auxiliaryLoad'),
  },
  '7.12': {
    reference: '7.12',
    title: 'Set Randomised Offset Limit',
    element: 'SetRandomisedOffsetLimit',
    variants: critical('offsetLimit'),
  },
  '7.13': {
    reference: '7.13',
    title: 'Set Auxiliary Controller State',
    element: 'SetAuxiliaryControllerState',
    variants: critical('loadControl'),
  },
  '7.14': {
    reference: '7.14',
    title: 'Read Auxiliary Controller Configuration Data',
    element: 'ReadAuxiliaryControllerConfigurationData',
    variants: plain('readControllers'),
  },
  '7.15': {
    reference: '7.15',
    title: 'Read Auxiliary Controller Operational Data',
    element: 'ReadAuxiliaryControllerOperationalData',
    variants: plain('readControllerOperation'),
  },
  '7.16': {
    reference: '7.16',
    title: 'Limit APC Level',
    element: 'LimitAPCLevel',
    variants: critical('loadControl'),
  },
  '8.13': {
    reference: '8.13',
    title: 'Return Local Command Response',
    element: 'ReturnLocalCommandResponse',
    variants: ofCompany('localResponse'),
  },
  '8.3': {
    reference: '8.3',
    title: 'Decommission Device',
    element: 'DecommissionDevice',
    variants: ofCompany('decommission'),
  },
  '11.3': {
    reference: '11.3',
    title: 'Activate Firmware',
    element: 'ActivateFirmware',
    variants: critical('firmware'),
  },
  '12.2': {
    reference: '12.2',
    title: 'Device Pre-notification',
    element: 'DevicePrenotification',
    variants: ofCompany('prenotification'),
  },
} as const satisfies Record<string, ServiceRow>

export type Service = keyof typeof services
export const serviceRow = (service: Service): ServiceRow => services[service]
export const isService = (text: string): text is Service => Object.hasOwn(services, text)
