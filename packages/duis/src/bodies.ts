import { fromBase64, instant, toBase64, type Instant } from '@interlock/kernel'
import { childrenOf, type Element } from './element.ts'
import { namespaces, type BodyKind } from './services.ts'
import { formatDateTime, parseDateTime, parseWhole } from './values.ts'
import { element, type Written } from './write.ts'

export type LoadControlBody = {
  readonly kind: 'loadControl'
  /** Auxiliary controller 1…5. */
  readonly controller: number
  /** `export` is written as `InputFromControlledLoad`. */
  readonly direction: 'import' | 'export'
  readonly levelPercent: number
  readonly from: Instant
  readonly until: Instant
}
export type OffsetLimitBody = {
  readonly kind: 'offsetLimit'
  /** 0…1799. */
  readonly limitSeconds: number
}
/** Ours, in our own name space: the standard has no half-hourly tariff. */
export type TariffBody = {
  readonly kind: 'tariff'
  readonly version: number
  readonly from: Instant
  /** Thousandths of a penny per kilowatt-hour, one per half-hour from `from`. */
  readonly prices: readonly number[]
}
export type ReadTariffBody = { readonly kind: 'readTariff' }
/** The GBCS bytes from `DF 09` to the end of the signature. */
export type SignedPreCommandBody = {
  readonly kind: 'signedPreCommand'
  readonly payload: Uint8Array
}
export type RequestBody =
  LoadControlBody | OffsetLimitBody | TariffBody | ReadTariffBody | SignedPreCommandBody

type BodyCodec<Body extends RequestBody> = {
  readonly write: (body: Body, name: string) => Written
  /** `undefined` unless the element has exactly the shape that `write` gives it. */
  readonly read: (node: Element, name: string) => Body | undefined
}

const halfHourMillis = 30 * 60_000
const pricesMax = 1_488
const priceMax = 10_000_000
const payloadCharactersMax = 12_000

const loadControl: BodyCodec<LoadControlBody> = {
  write: (body, name) =>
    element(
      `sr:${name}`,
      { auxiliaryControllerN: String(body.controller) },
      element('sr:StartDateTime', {}, formatDateTime(body.from)),
      element('sr:EndDateTime', {}, formatDateTime(body.until)),
      element('sr:CommandedStateLevel', {}, String(body.levelPercent)),
      body.direction === 'export' ? element('sr:InputFromControlledLoad', {}) : undefined,
    ),
  read(node, name) {
    if (!isPlain(node, name, 'auxiliaryControllerN')) return undefined
    const parts = childrenOf(
      node,
      'StartDateTime',
      'EndDateTime',
      'CommandedStateLevel',
      'InputFromControlledLoad?',
    )
    const controller = parseWhole(node.attributes.get('auxiliaryControllerN') ?? '', 1, 5)
    const from = parseDateTime(leaf(parts, 'StartDateTime'))
    const until = parseDateTime(leaf(parts, 'EndDateTime'))
    const levelPercent = parseWhole(leaf(parts, 'CommandedStateLevel'), 0, 100)
    const input = parts?.get('InputFromControlledLoad')
    if (input !== undefined && leaf(parts, 'InputFromControlledLoad') !== '') return undefined
    if (controller === undefined || levelPercent === undefined) return undefined
    if (from === undefined || until === undefined) return undefined
    const direction = input === undefined ? 'import' : 'export'
    return { kind: 'loadControl', controller, direction, levelPercent, from, until }
  },
}

const offsetLimit: BodyCodec<OffsetLimitBody> = {
  write: (body, name) =>
    element(`sr:${name}`, {}, element('sr:RandomisedOffsetLimit', {}, String(body.limitSeconds))),
  read(node, name) {
    if (!isPlain(node, name)) return undefined
    const parts = childrenOf(node, 'RandomisedOffsetLimit')
    const limitSeconds = parseWhole(leaf(parts, 'RandomisedOffsetLimit'), 0, 1_799)
    return limitSeconds === undefined ? undefined : { kind: 'offsetLimit', limitSeconds }
  },
}

const tariff: BodyCodec<TariffBody> = {
  write: (body, name) =>
    element(
      `sr:${name}`,
      {},
      element(
        'il:HalfHourlyTariff',
        { 'xmlns:il': namespaces.il, version: String(body.version) },
        element('il:Start', {}, formatDateTime(body.from)),
        element('il:Prices', {}, body.prices.join(' ')),
      ),
    ),
  read(node, name) {
    const inner = node.children[0]
    if (!isPlain(node, name) || node.children.length !== 1 || inner === undefined) return undefined
    if (inner.namespace !== namespaces.il || !isPlain(inner, 'HalfHourlyTariff', 'version'))
      return undefined
    const parts = childrenOf(inner, 'Start', 'Prices')
    const version = parseWhole(inner.attributes.get('version') ?? '', 0, 0xffff_ffff)
    const from = parseDateTime(leaf(parts, 'Start'))
    const prices = parsePrices(leaf(parts, 'Prices'))
    if (version === undefined || from === undefined || prices === undefined) return undefined
    if (from % halfHourMillis !== 0 || from < 0) return undefined
    return { kind: 'tariff', version, from: instant(from), prices }
  },
}

const readTariff: BodyCodec<ReadTariffBody> = {
  write: (_body, name) => element(`sr:${name}`, {}),
  read: (node, name) =>
    isPlain(node, name) && node.children.length === 0 && node.text === ''
      ? { kind: 'readTariff' }
      : undefined,
}

const signedPreCommand: BodyCodec<SignedPreCommandBody> = {
  write: (body) =>
    element('sr:SignedPreCommand', {}, element('sr:GBCSPayload', {}, toBase64(body.payload))),
  read(node) {
    if (!isPlain(node, 'SignedPreCommand')) return undefined
    const text = leaf(childrenOf(node, 'GBCSPayload'), 'GBCSPayload')
    if (text === '' || text.length > payloadCharactersMax) return undefined
    const payload = fromBase64(text)
    return payload && { kind: 'signedPreCommand', payload }
  },
}

const codecs = { loadControl, offsetLimit, tariff, readTariff, signedPreCommand } as const

export const writeBody = (body: RequestBody, name: string): Written =>
  (codecs[body.kind] as BodyCodec<RequestBody>).write(body, name)

export const readBody = (kind: BodyKind, node: Element, name: string): RequestBody | undefined =>
  codecs[kind].read(node, name)

/** The element has this name and exactly these attributes. */
export const isPlain = (node: Element, name: string, ...attributes: readonly string[]): boolean =>
  node.name === name &&
  node.attributes.size === attributes.length &&
  attributes.every((each) => node.attributes.has(each))

/** Text of a child without attributes or children; empty when there is none. */
export function leaf(parts: Map<string, Element> | undefined, name: string): string {
  const node = parts?.get(name)
  return node && node.children.length === 0 && node.attributes.size === 0 ? node.text : ''
}

function parsePrices(text: string): number[] | undefined {
  const prices: number[] = []
  for (const word of text.split(' ')) {
    const price = parseWhole(word, -priceMax, priceMax)
    if (price === undefined || prices.length === pricesMax) return undefined
    prices.push(price)
  }
  return prices
}
