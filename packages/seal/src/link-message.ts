import type { LinkMessage } from '@interlock/contract'
import { limits } from '@interlock/contract'
import { fromBase64, ok, refused, type Outcome } from '@interlock/kernel'
import { isDigest, matches, type Rule } from './header-rules.ts'
import { isMembers } from './jws.ts'
import { parseStrictJson } from './strict-json.ts'

const isBase64: Rule = (value) => typeof value === 'string' && fromBase64(value) !== undefined
const isTime: Rule = (value) => Number.isSafeInteger(value) && Number(value) >= 0
const isHertz: Rule = (value) => typeof value === 'number' && value >= 0 && value <= 100

const optional =
  (rule: Rule): Rule =>
  (value) =>
    value === undefined || rule(value)

/** One row per kind of message: its members and their shapes. */
const shapes: Readonly<Record<LinkMessage['kind'], Readonly<Record<string, Rule>>>> = {
  arm: { preCommand: isBase64 },
  respond: { digest: isDigest, hertz: isHertz, measuredAt: isTime, until: isTime },
  restore: { digest: isDigest, at: isTime },
  revocationList: {
    text: (value) => typeof value === 'string' && value.length <= limits.revocationListCharsMax,
  },
  tariff: { signed: isBase64 },
  loadController: { signed: isBase64 },
  supplier: { signed: isBase64 },
  time: { at: isTime },
  heartbeat: { at: isTime },
  used: { digest: isDigest, change: matches(/^(change|return)$/) },
  ownerKeys: {
    keys: (value) =>
      Array.isArray(value) && value.length <= limits.ownerKeysMax && value.every(isBase64),
  },
  ack: { to: matches(/^[1-9]\d{0,19}$/), reason: optional(matches(/^[A-Za-z]{1,40}$/)) },
}

/** Reads the body of a link frame that has been authenticated. */
export function parseLinkMessage(body: Uint8Array): Outcome<LinkMessage, 'LinkMalformed'> {
  const parsed = parseStrictJson(body)
  if (!parsed.ok || !isMembers(parsed.value)) return refused('LinkMalformed')
  const { kind, ...members } = parsed.value
  if (typeof kind !== 'string' || !Object.hasOwn(shapes, kind)) return refused('LinkMalformed')
  const shape = shapes[kind as LinkMessage['kind']]
  const known = Object.entries(shape).every(([name, rule]) => rule(members[name]))
  const stray = Object.keys(members).some((name) => !Object.hasOwn(shape, name))
  return known && !stray ? ok(parsed.value as LinkMessage) : refused('LinkMalformed', kind)
}
