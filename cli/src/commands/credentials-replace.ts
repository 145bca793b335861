import { toHex, toIso } from '@interlock/kernel'
import { exits, UsageError, type Command } from '../command.ts'
import {
  asSupplier,
  deviceIn,
  exampleAccess,
  supplierAccess,
  supplierFlags,
  timeIn,
} from '../dcc/as-supplier.ts'
import { textOf, type FlagValues } from '../flags.ts'
import { refuse } from '../refusal.ts'

/** A user's command: the supplier whose identity it is signs what its device is to do. */
export const credentialsReplace: Command = {
  name: 'credentials replace',
  summary: 'put a certificate into the trust-anchor cells of a meter or LLCS, as its supplier',
  usage: `interlock credentials replace DEVICE --holder FILE [--floor N] [--at TIME] ${supplierAccess}`,
  example: `interlock credentials replace 02-00-00-02-00-00-00-01 --holder dsrsp-chain.pem --floor 1770000000000 ${exampleAccess}`,
  operands: 'DEVICE',
  flags: {
    ...supplierFlags,
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
  async run({ flags, operands, print }) {
    const device = deviceIn(operands)
    const floor = floorIn(flags)
    const executeAt = timeIn(flags)
    const holder = textOf(flags, 'holder')
    if (holder === undefined) throw new UsageError('whose certificate? --holder FILE')
    const { nodeCrypto, readText, systemClock } = await import('@interlock/host')
    const { fromPem } = await import('@interlock/pki')
    const { credentialsIn, replaceCredentials } = await import('@interlock/supplier')
    const body = credentialsIn(fromPem(readText(holder), 'CERTIFICATE'), floor, nodeCrypto)
    if (!body.ok) return refuse(print, body.reason, body.detail ?? '')
    const outcome = await asSupplier(flags, (asking, now) =>
      replaceCredentials(body.value, device, BigInt(executeAt ?? now), asking, executeAt),
    )
    if (!outcome.ok) return refuse(print, outcome.reason, outcome.detail ?? '')
    if (outcome.value === 'cancelled') {
      print({ device, cancelled: true }, 'what the data company held for it is taken back')
      return exits.done
    }
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

function floorIn(flags: FlagValues): bigint {
  const text = textOf(flags, 'floor') ?? '0'
  const floor = /^\d{1,19}$/.test(text) ? BigInt(text) : 1n << 63n
  if (floor >= 1n << 63n) throw new UsageError('--floor: a whole number below 2^63')
  return floor
}
