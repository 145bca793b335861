import { fromIso, parseEui64, toHex, toIso, type Eui64, type Instant } from '@interlock/kernel'
import { exits, UsageError, type Command, type Invocation } from '../command.ts'
import { textOf } from '../conformance/foreign-proof.ts'
import {
  atCompany,
  certificateFlag,
  certificateIn,
  companyAccess,
  companyFlags,
} from '../dcc/at-company.ts'
import type { FlagValues } from '../flags.ts'
import { refuse } from '../refusal.ts'

/** A user's command: the supplier whose identity it is signs what its device is to do. */
export const credentialsReplace: Command = {
  name: 'credentials replace',
  summary: 'put a certificate into the trust-anchor cells of a meter or LLCS, as its supplier',
  usage: `interlock credentials replace DEVICE --holder FILE [--floor N] [--at TIME] --certificate FILE ${companyAccess}`,
  operands: 'DEVICE',
  flags: {
    ...companyFlags,
    ...certificateFlag,
    holder: {
      kind: 'text',
      value: 'FILE',
      help: 'certificate and its authority (PEM): the supplier’s next, or that of a DSRSP',
    },
    floor: { kind: 'text', value: 'N', help: 'its counters count above this; 0 unless given' },
    at: {
      kind: 'text',
      value: 'TIME',
      help: 'when the data company sends it; at once unless given',
    },
  },
  async run(invocation) {
    const { flags, print } = invocation
    const device = deviceIn(invocation)
    const floor = floorIn(flags)
    const executeAt = timeIn(flags)
    const holder = textOf(flags, 'holder')
    if (holder === undefined) throw new UsageError('whose certificate? --holder FILE')
    const company = certificateIn(flags)
    const {
      duisClient,
      nodeCrypto: crypto,
      pinPeer,
      readText,
      systemClock,
    } = await import('@interlock/host')
    const { fromPem } = await import('@interlock/pki')
    const { credentialsIn, replaceCredentials } = await import('@interlock/supplier')
    const body = credentialsIn(fromPem(readText(holder), 'CERTIFICATE'), floor, crypto)
    if (!body.ok) return refuse(print, body.reason, body.detail ?? '')
    const unrecorded = (): void => {}
    const outcome = await atCompany(flags, ({ http, url, identity }) => {
      const pinned = pinPeer(company, unrecorded)
      const dcc = duisClient({ http, url, identity, company: pinned, crypto, record: unrecorded })
      const asking = { dcc, organisation: identity.peer.organisation, key: identity.key, crypto }
      const counter = BigInt(executeAt ?? systemClock.now())
      return replaceCredentials(body.value, device, counter, asking, executeAt)
    })
    if (!outcome.ok) return refuse(print, outcome.reason, outcome.detail ?? '')
    if (outcome.value === 'held') {
      const until = toIso(executeAt ?? systemClock.now())
      print({ device, held: until }, `the data company holds it until ${until}`)
      return exits.done
    }
    const cells = outcome.value.map(({ cell, outcome: became, before, after }) => ({
      ...cell,
      outcome: became,
      before: before && { ...before, keyId: toHex(before.keyId) },
      after: after && { ...after, keyId: toHex(after.keyId) },
    }))
    const lines = cells.map(
      ({ role, keyUsage, before, after }) =>
        `${role} ${keyUsage}: ${before?.organisation ?? 'nobody'} → ${after?.organisation ?? 'nobody'}`,
    )
    print({ device, cells }, lines.join('\n'))
    return exits.done
  },
}

function deviceIn({ operands }: Invocation): Eui64 {
  const [text = '', ...more] = operands
  const device = more.length === 0 ? parseEui64(text) : undefined
  if (device === undefined)
    throw new UsageError('which one device? Its EUI-64, as 02-00-00-02-00-00-00-01')
  return device
}

function floorIn(flags: FlagValues): bigint {
  const text = textOf(flags, 'floor') ?? '0'
  const floor = /^\d{1,19}$/.test(text) ? BigInt(text) : 1n << 63n
  if (floor >= 1n << 63n) throw new UsageError('--floor: a whole number below 2^63')
  return floor
}

function timeIn(flags: FlagValues): Instant | undefined {
  const text = textOf(flags, 'at')
  const at = text === undefined ? undefined : fromIso(text)
  if (text !== undefined && (at === undefined || at % 1000 !== 0))
    throw new UsageError('--at: a time in whole seconds, as 2026-01-05T18:00:00Z')
  return at
}
