import { assert } from '@interlock/kernel'

/** What is wrong with a document that is signed: the reason, and the element at fault. */
export type Fault = {
  readonly name: string
  /** Of which of the requests. */
  readonly of: string
  /** The one occurrence of this … */
  readonly from: string
  /** … is replaced by that. */
  readonly to: string
  readonly reason: string
  readonly field?: string
}

export function replaced(xml: string, { name, from, to }: Fault): string {
  const parts = xml.split(from)
  assert(parts.length === 2, `${name}: ${from} occurs once`)
  return parts.join(to)
}

const arm = 'on-demand arm'
const renewal = 'credentials of the supplier'
const body = (of: string, name: string, field: string, from: string, to: string): Fault => ({
  of,
  name,
  from,
  to,
  reason: 'BodyInvalid',
  field,
})

/** Made before signing: the signature verifies, and what it covers is no request. */
export const misshapen: readonly Fault[] = [
  body(arm, 'controller 6', 'SetAuxiliaryControllerState@auxiliaryControllerN', 'N="1"', 'N="6"'),
  body(arm, 'level 101', 'CommandedStateLevel', '>100<', '>101<'),
  body(arm, 'level with a leading zero', 'CommandedStateLevel', '>100<', '>0100<'),
  body(
    'load switched by 7.5 (ours)',
    'activation of controller 0',
    'ActivateAuxiliaryLoad@auxiliaryControllerN',
    'N="3"',
    'N="0"',
  ),
  body(
    'load switched by 7.6 (ours)',
    'deactivation from no time',
    'StartDateTime',
    '2026-01-05T18:00:00.00Z',
    'now',
  ),
  body('activation of firmware', 'hash of 31 bytes', 'FirmwareHash', '>8081', '>81'),
  body(
    'activation of firmware',
    'activation at a later date',
    'FirmwareHash',
    '<sr:FirmwareHash>',
    '<sr:ExecutionDateTime>2030-01-15T09:00:00.00Z</sr:ExecutionDateTime><sr:FirmwareHash>',
  ),
  body(renewal, 'credentials of a root', 'RemotePartyRole', '>Supplier<', '>Root<'),
  body(renewal, 'a floor of 64 bits', 'RemotePartyFloorSeqNumber', '>0<', '>9223372036854775808<'),
  body(renewal, 'a floor below zero', 'RemotePartyFloorSeqNumber', '>0<', '>-1<'),
  body(renewal, 'time checks as a number', 'ApplyTimeBasedCPVChecks', '>false<', '>0<'),
  body(
    renewal,
    'a certificate that is no base64',
    'DigitalSigningCertificate',
    'DigitalSigningCertificate>MAMC',
    'DigitalSigningCertificate>M.MC',
  ),
  body(
    renewal,
    'a fourth certificate of the path',
    'Certificate',
    '</sr:CertificationPathCertificates>',
    '<sr:Certificate>MAMCAQQ=</sr:Certificate></sr:CertificationPathCertificates>',
  ),
  body(
    renewal,
    'credentials at a later date',
    'RemotePartyRole',
    '<sr:RemotePartyRole>',
    '<sr:ExecutionDateTime>2030-01-15T00:00:00.00Z</sr:ExecutionDateTime><sr:RemotePartyRole>',
  ),
  body(arm, '30 February', 'StartDateTime', '2026-01-05T18', '2026-02-30T18'),
  body(arm, 'half a second', 'EndDateTime', '20:00:00.00Z', '20:00:00.50Z'),
  body(
    arm,
    'no level',
    'CommandedStateLevel',
    '<sr:CommandedStateLevel>100</sr:CommandedStateLevel>',
    '',
  ),
  body(
    arm,
    'something more',
    'Colour',
    '</sr:CommandedStateLevel>',
    '</sr:CommandedStateLevel><sr:Colour/>',
  ),
  body('randomised offset limit', 'offset of 1800 s', 'RandomisedOffsetLimit', '>1799<', '>1800<'),
  body('half-hourly tariff (ours)', 'tariff within a half-hour', 'Start', 'T18:00', 'T18:10'),
  body('half-hourly tariff (ours)', 'a price that is none', 'Prices', '-1250', '-1e3'),
  body('time-of-use tariff', 'register 49', 'TOUTariffAction', '>2<', '>49<'),
  body('time-of-use tariff', 'another currency', 'CurrencyUnits', 'GBP', 'EUR'),
  body(
    'time-of-use tariff',
    'prices out of order',
    'TOUPrice@index',
    'index="1">2121',
    'index="2">2121',
  ),
  body('controller schedules', 'month 13', 'SpecifiedMonth', '>06<', '>13<'),
  body('controller schedules', 'a day that is none', 'DayOfWeekID', 'Monday', 'Moonday'),
  body('controller schedules', 'quarter past 24', 'SwitchTime', '09:30', '24:15'),
  body(
    'read tariff',
    'a read with something in it',
    'ReadTariffPrimaryElement',
    '<sr:ReadTariffPrimaryElement>',
    '<sr:ReadTariffPrimaryElement>all',
  ),
  body('signed on-demand arm', 'payload that is no base64', 'GBCSPayload', '3wkB', '3wk!'),
  {
    name: 'counter of 65 bits',
    of: arm,
    from: ':1010<',
    to: ':18446744073709551616<',
    reason: 'RequestIdInvalid',
    field: 'RequestID',
  },
  {
    name: 'variant that it has not',
    of: arm,
    from: '>4<',
    to: '>1<',
    reason: 'VariantUnknown',
    field: 'CommandVariant',
  },
  {
    name: 'variant of the data company itself',
    of: arm,
    from: '>4<',
    to: '>9<',
    reason: 'VariantUnknown',
    field: 'CommandVariant',
  },
  {
    name: 'service that is not ours',
    of: arm,
    from: 'Variant>7.13<',
    to: 'Variant>7.1<',
    reason: 'ServiceUnknown',
    field: 'ServiceReferenceVariant',
  },
  body('pre-notification', 'device of no type', 'DeviceType', '>ESME<', '>EVSE<'),
  body(
    'pre-notification',
    'firmware of seven digits',
    'FirmwareVersion',
    '>0002012F<',
    '>002012F<',
  ),
  body(
    'return of a local response',
    'answer to no request',
    'OriginalRequestID',
    ':999</sr:OriginalRequestID>',
    '</sr:OriginalRequestID>',
  ),
  {
    name: 'schema version 5.3',
    of: arm,
    from: '"5.4"',
    to: '"5.3"',
    reason: 'DocumentUnexpected',
    field: 'Request@schemaVersion',
  },
]

/** Made after signing. */
export const tampered: readonly Fault[] = [
  { name: 'level changed', of: arm, from: '>100<', to: '>99<', reason: 'SignatureInvalid' },
  {
    name: 'target changed',
    of: arm,
    from: ':02-00-00-02',
    to: ':02-00-00-03',
    reason: 'SignatureInvalid',
  },
  {
    name: 'signature cut open',
    of: arm,
    from: '<ds:Signature ',
    to: '<ds:Seal ',
    reason: 'XmlMalformed',
  },
  { name: 'comment put in', of: arm, from: '>100<', to: '>10<!-- -->0<', reason: 'XmlForbidden' },
  {
    name: 'document type put in',
    of: arm,
    from: '<sr:Request ',
    to: '<!DOCTYPE r><sr:Request ',
    reason: 'XmlForbidden',
  },
  {
    name: 'another canonicalisation',
    of: arm,
    from: '<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"',
    to: '<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2006/12/xml-c14n11"',
    reason: 'SignatureUnexpected',
  },
  {
    name: 'reference to a part',
    of: arm,
    from: 'URI=""',
    to: 'URI="#body"',
    reason: 'SignatureUnexpected',
  },
  {
    name: 'body put after the signature',
    of: arm,
    from: '</sr:Request>',
    to: '<sr:Body/></sr:Request>',
    reason: 'SignatureUnexpected',
  },
]
