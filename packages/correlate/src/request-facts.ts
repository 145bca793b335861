import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { fromBase64, toHex } from '@interlock/kernel'
import { calendarFacts } from './calendar-facts.ts'
import { importTariffFacts } from './import-tariff-facts.ts'
import type { Facts } from './mismatch.ts'

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  trimValues: true,
})

type Node = Readonly<Record<string, unknown>>

/** What each service request turns into, its element, and how that is read. */
const services: Readonly<
  Record<string, { code: string; element: string; facts: (content: Node) => Facts | undefined }>
> = {
  '1.1.1': { code: 'f001', element: 'UpdateImportTariffPrimaryElement', facts: tariffFacts },
  '6.11': { code: '0062', element: 'SynchroniseClock', facts: clockFacts },
  '6.14.3': {
    code: '011a',
    element: 'UpdateDeviceConfigurationAuxiliaryControllerScheduler',
    facts: calendarFacts,
  },
  '6.15.1': { code: '0102', element: 'UpdateSecurityCredentialsKRP', facts: credentialsFacts },
  '7.5': {
    code: 'f005',
    element: 'ActivateAuxiliaryLoad',
    facts: (content) => auxiliaryLoadFacts(content, '100'),
  },
  '7.6': {
    code: 'f006',
    element: 'DeactivateAuxiliaryLoad',
    facts: (content) => auxiliaryLoadFacts(content, '0'),
  },
  '7.12': { code: '004b', element: 'SetRandomisedOffsetLimit', facts: offsetLimitFacts },
  '7.13': { code: '011e', element: 'SetAuxiliaryControllerState', facts: loadControlFacts },
  '11.3': { code: '0012', element: 'ActivateFirmware', facts: firmwareFacts },
  '7.16': { code: '011f', element: 'LimitAPCLevel', facts: loadControlFacts },
}

/** What the request asks for; `undefined` when it cannot be read as one that has a pre-command. */
export function requestFacts(xml: string): Facts | undefined {
  if (/<!/.test(xml) || XMLValidator.validate(xml) !== true) return undefined
  const request = node(node(parser.parse(xml))?.['Request'])
  const header = node(request?.['Header'])
  const body = node(request?.['Body'])
  const id = /^([0-9A-F-]{23}):([0-9A-F-]{23}):(\d{1,20})$/.exec(text(header?.['RequestID']) ?? '')
  const name = text(header?.['ServiceReferenceVariant']) ?? ''
  const service = Object.hasOwn(services, name) ? services[name] : undefined
  const content = node(body?.[service?.element ?? ''])
  if (id === null || service === undefined || content === undefined) return undefined
  if (text(header?.['CommandVariant']) !== '4') return undefined
  const [, originator = '', target = '', counter = ''] = id
  const values = service.facts(content)
  return (
    values && {
      Originator: originator.replaceAll('-', '').toLowerCase(),
      Target: target.replaceAll('-', '').toLowerCase(),
      Counter: counter,
      MessageCode: service.code,
      ...values,
    }
  )
}

function loadControlFacts(content: Node): Facts | undefined {
  const start = time(content['StartDateTime'])
  const end = time(content['EndDateTime'])
  const controller = text(content['@auxiliaryControllerN'])
  const level = text(content['CommandedStateLevel'])
  if (start === undefined || end === undefined) return undefined
  if (controller === undefined || level === undefined) return undefined
  const direction = 'InputFromControlledLoad' in content ? 'input' : 'output'
  return { Controller: controller, Direction: direction, Level: level, Start: start, End: end }
}

/** All of it or nothing, for the day after its start. */
function auxiliaryLoadFacts(content: Node, level: string): Facts | undefined {
  const start = time(content['StartDateTime'])
  const controller = text(content['@auxiliaryControllerN'])
  if (start === undefined || controller === undefined) return undefined
  const end = new Date(Date.parse(`${start}Z`) + 86_400_000).toISOString().slice(0, 19)
  return { Controller: controller, Direction: 'output', Level: level, Start: start, End: end }
}

function tariffFacts(content: Node): Facts | undefined {
  if ('TariffDocument' in content) return tariffDocumentFacts(content)
  if ('ElecTariffElements' in content) return importTariffFacts(content)
  const tariff = node(content['HalfHourlyTariff'])
  const start = time(tariff?.['Start'])
  const version = text(tariff?.['@version'])
  const prices = text(tariff?.['Prices'])
  if (start === undefined || version === undefined || prices === undefined) return undefined
  return { TariffVersion: version, Start: start, Prices: prices }
}

/** Another message than half-hourly prices, though the service request is the same. */
function tariffDocumentFacts(content: Node): Facts | undefined {
  const tariff = node(content['TariffDocument'])
  const version = text(tariff?.['@version'])
  const document = fromBase64(text(tariff?.['Document']) ?? '')
  if (version === undefined || document === undefined) return undefined
  if (Object.keys(content).some((name) => name !== 'TariffDocument')) return undefined
  return { MessageCode: 'f003', TariffVersion: version, Document: toHex(document) }
}

/** The time, and the last at which it is true. */
function clockFacts(content: Node): Facts | undefined {
  const start = time(content['CurrentDateTime'])
  const seconds = Number(/^\d{1,5}$/.exec(text(content['TolerancePeriod']) ?? '')?.[0] ?? 'NaN')
  if (start === undefined || Number.isNaN(seconds)) return undefined
  const last = new Date(Date.parse(`${start}Z`) + seconds * 1000)
  return { Start: start, End: last.toISOString().slice(0, 19) }
}

/** Only to be activated at once: a date of execution is nothing that a pre-command here says. */
function firmwareFacts(content: Node): Facts | undefined {
  const hash = /^[0-9A-F]{64}$/.exec(text(content['FirmwareHash']) ?? '')?.[0]
  if (hash === undefined || Object.keys(content).length !== 1) return undefined
  return { FirmwareHash: hash.toLowerCase() }
}

/** The message code by whose certificates they are. */
const codes: Readonly<Record<string, string>> = { Supplier: '0102', LoadController: '0126' }

/** To be carried out at once, as with firmware. */
function credentialsFacts(content: Node): Facts | undefined {
  const name = text(content['RemotePartyRole']) ?? ''
  const code = Object.hasOwn(codes, name) ? codes[name] : undefined
  const wrapped = node(content['ReplacementCertificates'])
  const certificates = node(wrapped?.['SupplierOrNetworkOperatorCertificates'])
  const signing = certificateOf(certificates?.['DigitalSigningCertificate'])
  const agreement = certificateOf(certificates?.['KeyAgreementCertificate'])
  const path = pathOf(node(content['CertificationPathCertificates'])?.['Certificate'])
  const floor = number(content['RemotePartyFloorSeqNumber'])
  const checks = text(content['ApplyTimeBasedCPVChecks']) ?? ''
  if (code === undefined || signing === undefined || agreement === undefined) return undefined
  if (path === undefined || floor === undefined || !/^(true|false)$/.test(checks)) return undefined
  if ('ExecutionDateTime' in content) return undefined
  const facts: Facts = {
    MessageCode: code,
    Floor: floor,
    SigningCertificate: signing,
    AgreementCertificate: agreement,
    Path: path,
    TimeChecks: checks,
  }
  return topUpFacts(content, certificates, facts)
}

/** The two that may be missing, each by itself. */
function topUpFacts(
  content: Node,
  certificates: Node | undefined,
  facts: Facts,
): Facts | undefined {
  const hasFloor = 'RemotePartyPrepaymentTopUpFloorSeqNumber' in content
  const hasCertificate =
    certificates !== undefined && 'KeyAgreementTopUpCertificate' in certificates
  const floor = number(content['RemotePartyPrepaymentTopUpFloorSeqNumber'])
  const certificate = certificateOf(certificates?.['KeyAgreementTopUpCertificate'])
  if (hasFloor && floor === undefined) return undefined
  if (hasCertificate && certificate === undefined) return undefined
  return {
    ...facts,
    ...(floor === undefined ? {} : { TopUpFloor: floor }),
    ...(certificate === undefined ? {} : { TopUpCertificate: certificate }),
  }
}

const number = (value: unknown): string | undefined =>
  /^(?:0|[1-9]\d{0,18})$/.exec(text(value) ?? '')?.[0]

/** In hex. */
function certificateOf(value: unknown): string | undefined {
  const bytes = fromBase64(text(value) ?? '')
  return bytes === undefined || bytes.length === 0 ? undefined : toHex(bytes)
}

/** One or more, in hex. */
function pathOf(value: unknown): string | undefined {
  const all = (Array.isArray(value) ? value : [value]).map(certificateOf)
  return all.some((each) => each === undefined) ? undefined : all.join(' ')
}

function offsetLimitFacts(content: Node): Facts | undefined {
  const limit = text(content['RandomisedOffsetLimit'])
  return limit === undefined ? undefined : { OffsetLimit: limit }
}

/** `YYYY-MM-DDThh:mm:ss` of a date-time in UTC with whole seconds. */
const time = (value: unknown): string | undefined =>
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.0+)?Z$/.exec(text(value) ?? '')?.[1]

/** An element that occurs once; a repeated one is an array and no element. */
const node = (value: unknown): Node | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : undefined

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
