import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { eui64, fromIso, instant } from '@interlock/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyRequest } from './any-request.fixture.ts'
import { guardXml } from './guard.ts'
import { parseElements, type Element } from './element.ts'
import {
  buildRequest,
  buildResponse,
  codeOf,
  parseRequest,
  parseResponse,
  responseCodes,
  responseNameOf,
  type ServiceRequest,
} from './index.ts'

const originator = eui64('90-B3-D5-1F-30-01-00-00')
const target = eui64('00-DB-12-34-56-78-90-A0')
const at = (text: string) => fromIso(text) ?? instant(0)
const request: ServiceRequest = {
  originator,
  target,
  counter: 1002n,
  service: '7.13',
  commandVariant: 4,
  body: {
    kind: 'loadControl',
    controller: 5,
    direction: 'import',
    levelPercent: 100,
    from: at('2015-01-03T00:00:00Z'),
    until: at('2015-01-03T01:00:00Z'),
  },
}

test('every service request is read back as it was built', () => {
  fc.assert(
    fc.property(anyRequest, (each) => {
      const read = parseRequest(buildRequest(each))
      expect(read.ok && read.value).toEqual(each)
    }),
    { numRuns: 60 },
  )
})

test.each([
  ['', 'there is nothing in it'],
  [' \n', 'there is nothing in it'],
  ['<a></b>', 'unclosed xml attribute'],
])('why %j is no document is said without the marks of its parser', (text, detail) => {
  expect(parseElements(text)).toEqual({ ok: false, reason: 'XmlMalformed', detail })
})

test('white space within a document is not searched over and over for its end', () => {
  const micros = (filler: string): number => {
    const text = `<a>${filler.repeat(60_000)}</a>`
    const before = process.cpuUsage()
    expect(guardXml(text).ok).toBe(true)
    return process.cpuUsage(before).user
  }
  const letters = micros('x')
  // Searched over and over it takes more than a thousand times as long.
  expect(micros(' ')).toBeLessThan(100 * letters + 100_000)
})

test('a body that is not the one of its service is a bug', () => {
  expect(() => buildRequest({ ...request, commandVariant: 5 })).toThrow('no such body')
})

const refusal = (xml: string): string => {
  const read = parseRequest(xml)
  return read.ok ? 'accepted' : read.reason
}
const xml = buildRequest(request)

const malformed: readonly (readonly [string, string, (xml: string) => string])[] = [
  ['a document type', 'XmlForbidden', (x) => x.replace('?>', '?><!DOCTYPE sr:Request>')],
  [
    'entities that expand',
    'XmlForbidden',
    (x) => x.replace('?>', '?><!DOCTYPE a [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>'),
  ],
  ['an entity reference', 'XmlForbidden', (x) => x.replace('1002', '&a;')],
  ['a character reference', 'XmlForbidden', (x) => x.replace('1002', '&#49;002')],
  ['a comment', 'XmlForbidden', (x) => x.replace('1002', '10<!-- -->02')],
  ['a CDATA section', 'XmlForbidden', (x) => x.replace('1002', '<![CDATA[1002]]>')],
  ['a processing instruction', 'XmlForbidden', (x) => x.replace('<sr:Body>', '<?a b?><sr:Body>')],
  ['another encoding', 'XmlForbidden', (x) => x.replace('UTF-8', 'UTF-7')],
  ['a control character', 'XmlForbidden', (x) => x.replace('1002', '10\u000002')],
  ['65,537 characters', 'TooLarge', (x) => x.replace('<sr:Body>', ' '.repeat(65_537))],
  ['deep nesting', 'TooDeep', (x) => x.replace('<sr:Body>', '<sr:Body>' + '<a>'.repeat(5_000))],
  ['the end of a CDATA section', 'XmlForbidden', (x) => x.replace('1002', '1002]]>')],
  ['half of a character', 'XmlForbidden', (x) => x.replace('1002', '1002\ud800')],
  [
    'a prefix of XML bound anew',
    'XmlForbidden',
    (x) => x.replace('<sr:Body>', '<sr:Body xmlns:xml="http://example.org">'),
  ],
  ['no end of the root', 'XmlMalformed', (x) => x.replace('</sr:Request>', '')],
  [
    'the end of another element first',
    'XmlMalformed',
    (x) => x.replace('<sr:Header>', '</a><sr:Header>'),
  ],
  [
    'nesting that ends before it begins',
    'XmlMalformed',
    () => '</a>'.repeat(9_000) + '<a>'.repeat(9_000),
  ],
  ['a tag within a tag', 'XmlMalformed', (x) => x.replace('N="5"', 'N="5<"')],
  ['a space that is none in XML', 'XmlMalformed', (x) => x.replace('<sr:Body>', '<sr:Body>\u00a0')],
  ['such a space before the root', 'XmlMalformed', (x) => x.replace('?>', '?>\u2003')],
  ['an unclosed element', 'XmlMalformed', (x) => x.replace('</sr:Body>', '')],
  ['two roots', 'XmlMalformed', (x) => `${x}<sr:Request/>`],
  [
    'a repeated attribute',
    'XmlMalformed',
    (x) => x.replace('schemaV', 'schemaVersion="5.4" schemaV'),
  ],
  ['text among elements', 'XmlMalformed', (x) => x.replace('<sr:Body>', 'x<sr:Body>')],
  ['an empty document', 'XmlMalformed', () => ''],
  [
    'another root',
    'DocumentUnexpected',
    (x) => x.replaceAll('sr:Request>', 'sr:Reply>').replace('<sr:Request ', '<sr:Reply '),
  ],
  ['another namespace', 'DocumentUnexpected', (x) => x.replace('ServiceUserGateway', 'Other')],
  ['two bodies', 'DocumentUnexpected', (x) => x.replace('</sr:Body>', '</sr:Body><sr:Body/>')],
  [
    'two request ids',
    'DocumentUnexpected',
    (x) => x.replace('<sr:RequestID>', '<sr:RequestID>1</sr:RequestID><sr:RequestID>'),
  ],
  [
    'a counter of 65 bits',
    'RequestIdInvalid',
    (x) => x.replace(':1002<', ':18446744073709551616<'),
  ],
  ['a counter with a leading zero', 'RequestIdInvalid', (x) => x.replace(':1002<', ':01002<')],
  ['a lower-case EUI-64', 'RequestIdInvalid', (x) => x.replace('90-B3', '90-b3')],
  ['an unknown service', 'ServiceUnknown', (x) => x.replaceAll('7.13', '7.17')],
  ['a variant that a read has not', 'VariantUnknown', (x) => x.replaceAll('7.13', '7.14')],
  ['a variant of another service', 'VariantUnknown', (x) => x.replace('>4<', '>1<')],
  ['a reference of another service', 'ServiceUnknown', (x) => x.replace('>7.13<', '>7.16<')],
  [
    'the body of another service',
    'BodyInvalid',
    (x) => x.replaceAll('SetAuxiliaryControllerState', 'LimitAPCLevel'),
  ],
  ['controller 6', 'BodyInvalid', (x) => x.replace('N="5"', 'N="6"')],
  ['level 101', 'BodyInvalid', (x) => x.replace('>100<', '>101<')],
  ['level 1e2', 'BodyInvalid', (x) => x.replace('>100<', '>1e2<')],
  ['a fraction of a second', 'BodyInvalid', (x) => x.replace('00:00:00.00Z', '00:00:00.50Z')],
  ['a time without a zone', 'BodyInvalid', (x) => x.replace('01:00:00.00Z', '01:00:00.00')],
  ['30 February', 'BodyInvalid', (x) => x.replace('2015-01-03T00', '2015-02-30T00')],
  ['an attribute too many', 'BodyInvalid', (x) => x.replace('N="5"', 'N="5" x="1"')],
  [
    'parameters in another order',
    'BodyInvalid',
    (x) =>
      x
        .replaceAll('StartDateTime', 'X')
        .replaceAll('EndDateTime', 'StartDateTime')
        .replaceAll('sr:X', 'sr:EndDateTime'),
  ],
]

test.each(malformed)('%s is refused', (_name, reason, change) => {
  const changed = change(xml)
  expect(changed).not.toBe(xml)
  expect(refusal(changed)).toBe(reason)
})

test.each([
  ['auxiliaryControllerN', 'N="5"', 'N="6"'],
  ['CommandedStateLevel', '>100<', '>101<'],
  ['EndDateTime', 'sr:EndDateTime', 'sr:LastDateTime'],
  ['LimitAPCLevel', 'SetAuxiliaryControllerState', 'LimitAPCLevel'],
  ['RequestID', '90-B3', '90-b3'],
  ['schemaVersion', '5.4', '5.3'],
  ['CommandVariant', '>4<', '>1<'],
])('a fault names its element: %s', (field, from, to) => {
  const read = parseRequest(xml.replaceAll(from, to))
  expect(read.ok ? '' : read.detail).toContain(field)
})

test('of a name that is not expected an excerpt is repeated', () => {
  const long = xml.replace(/(<[/]sr:[A-Za-z]+>\s*<[/]sr:Body>)/, `<sr:${'a'.repeat(5_000)}/>$1`)
  expect(parseRequest(long)).toMatchObject({
    reason: 'BodyInvalid',
    detail: expect.stringMatching(/^a{199}…$/),
  })
})

test('a request and its answer keep an older schema version', () => {
  const older = { ...request, schemaVersion: '5.1' as const }
  const read = parseRequest(buildRequest(older))
  expect(read.ok && read.value).toEqual(older)
})

test('arbitrary text never throws', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (text) => {
      expect(refusal(text)).not.toBe('accepted')
      expect(refusal(xml.replace('1002', text))).toBeTypeOf('string')
    }),
  )
})

test('a response is read back as it was built, with and without its parts', () => {
  const full = {
    request: { originator, target, counter: 7n },
    service: '7.13' as const,
    code: codeOf('Accepted'),
    at: at('2026-01-05T18:00:00Z'),
    preCommand: Uint8Array.of(1, 2, 3),
    payload: Uint8Array.of(4, 5),
    detail: 'a <detail> & "more"',
  }
  const read = parseResponse(buildResponse(full))
  expect(read.ok && read.value).toEqual(full)
  const bare = { code: codeOf('BudgetExceeded'), at: full.at }
  const again = parseResponse(buildResponse(bare))
  expect(again.ok && again.value).toEqual(bare)
})

test('a detail that quotes forbidden characters still makes a readable response', () => {
  const code = codeOf('RequestMalformed')
  const read = parseResponse(buildResponse({ code, at: instant(0), detail: 'a\u0000<!--ü' }))
  expect(read.ok && read.value.detail).toBe('a?<!--?')
})

test('every response has a name of its own', () => {
  const names = Object.values(responseCodes).map((row) => row.name)
  expect(new Set(names).size).toBe(names.length)
})

const samples = new URL('../../../../shared/data/duis/', import.meta.url)
const sampleNames = existsSync(samples) ? readdirSync(samples) : []
/** Their comments are in the placeholder of a signature; a document that is acted on may have none. */
const sample = (name: string): string =>
  readFileSync(new URL(name, samples), 'utf8').replaceAll(/<!--.*?-->/gs, '')
const elementsOf = (xml: string): Element => {
  const root = parseElements(xml)
  if (!root.ok) throw new Error(`${root.reason} ${root.detail}`)
  return { ...root.value, children: root.value.children.filter(({ name }) => name !== 'Signature') }
}

test.skipIf(sampleNames.length === 0)(
  'sample documents from elsewhere are read and written again (skipped: ../shared/data/duis is absent)',
  () => {
    for (const name of sampleNames) {
      const text = sample(name)
      const request = parseRequest(text)
      const response = parseResponse(text)
      if (!request.ok && !response.ok)
        throw new Error(`${name}: ${request.detail} ${response.detail}`)
      const again = request.ok
        ? buildRequest(request.value)
        : response.ok
          ? buildResponse(response.value)
          : ''
      expect(elementsOf(again)).toEqual(elementsOf(text))
    }
  },
)

test.skipIf(sampleNames.length === 0)(
  'a sample says what its name says (skipped: ../shared/data/duis is absent)',
  () => {
    const read = (name: string) => {
      const parsed = parseRequest(sample(name))
      return parsed.ok ? parsed.value : parsed.reason
    }
    expect(read('ECS47a_7.13_APC_OUTPUT_SUCCESS_REQUEST_DUIS.XML')).toEqual(request)
    expect(read('ECS47e_7.16_APC_INPUT_SUCCESS_REQUEST_DUIS.XML')).toMatchObject({
      service: '7.16',
      counter: 9001n,
      body: { controller: 3, direction: 'export', levelPercent: 50 },
    })
    expect(read('ECS24_4.11.1_SUCCESS_REQUEST_DUIS.XML')).toMatchObject({
      service: '4.11.1',
      body: { kind: 'readTariff' },
    })
    expect(read('ECS61d_7.14_SUCCESS_REQUEST_DUIS.XML')).toMatchObject({
      service: '7.14',
      body: { kind: 'readControllers' },
    })
    expect(read('ECS01a_1.1.1_IMMEDIATE_TOU_SUCCESS_REQUEST_DUIS.XML')).toMatchObject({
      body: { kind: 'timeOfUseTariff', prices: { timeOfUse: [2121, 3127, 4744] } },
    })
    const scheduler = read('ECS46d_6.14.3_IMMEDIATE_APC_OUTPUT_SUCCESS_REQUEST_DUIS.XML')
    expect(scheduler).toMatchObject({ body: { kind: 'controllerSchedules' } })
    const parsed = parseResponse(sample('acknowledgement-error.xml'))
    expect(parsed.ok && parsed.value).toMatchObject({
      code: 'E65',
      service: '11.2',
      schemaVersion: '5.1',
      request: { counter: 1658482675800n },
    })
    expect(responseNameOf('E65')).toBe('CodeUnlisted')
  },
)
