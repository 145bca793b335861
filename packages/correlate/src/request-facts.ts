import { XMLParser, XMLValidator } from 'fast-xml-parser'
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

/** Message codes of what each service request turns into. */
const codes: Readonly<Record<string, string>> = { '7.13': '011e', '7.16': '011f', '1.1.1': 'f001' }
const elements: Readonly<Record<string, string>> = {
  '7.13': 'SetAuxiliaryControllerState',
  '7.16': 'LimitAPCLevel',
  '1.1.1': 'UpdateImportTariffPrimaryElement',
}

/** What the request asks for; `undefined` when it cannot be read as one that has a pre-command. */
export function requestFacts(xml: string): Facts | undefined {
  if (/<!/.test(xml) || XMLValidator.validate(xml) !== true) return undefined
  const request = node(node(parser.parse(xml))?.['Request'])
  const header = node(request?.['Header'])
  const body = node(request?.['Body'])
  const id = /^([0-9A-F-]{23}):([0-9A-F-]{23}):(\d{1,20})$/.exec(text(header?.['RequestID']) ?? '')
  const service = text(header?.['ServiceReferenceVariant']) ?? ''
  const content = node(body?.[elements[service] ?? ''])
  if (id === null || content === undefined || text(header?.['CommandVariant']) !== '4')
    return undefined
  const [, originator = '', target = '', counter = ''] = id
  const values = service === '1.1.1' ? tariffFacts(content) : loadControlFacts(content)
  return (
    values && {
      Originator: originator.replaceAll('-', '').toLowerCase(),
      Target: target.replaceAll('-', '').toLowerCase(),
      Counter: counter,
      MessageCode: codes[service] ?? '',
      ...values,
    }
  )
}

type Node = Readonly<Record<string, unknown>>

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

function tariffFacts(content: Node): Facts | undefined {
  const tariff = node(content['HalfHourlyTariff'])
  const start = time(tariff?.['Start'])
  const version = text(tariff?.['@version'])
  const prices = text(tariff?.['Prices'])
  if (start === undefined || version === undefined || prices === undefined) return undefined
  return { TariffVersion: version, Start: start, Prices: prices }
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
