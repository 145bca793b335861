import { fromBase64, fromBase64Url, parseEui64, toBase64Url } from '@interlock/kernel'
import type { OwnerOfStation } from '@interlock/contract'
import { atServer, serverAccess, serverFlags } from '../at-server.ts'
import { exits, UsageError, type Command } from '../command.ts'
import { textOf, type FlagSpecs, type FlagValues } from '../flags.ts'
import { refuseAsTold } from '../refusal.ts'
import { answered } from '../stations/at-desk.ts'

const flags: FlagSpecs = {
  ...serverFlags({
    at: 'the key server: https://…',
    identity: 'key and chain of an administrator of it (the supervisor)',
  }),
  station: { kind: 'text', value: 'EUI', help: 'the charger, as 02-00-00-01-00-00-00-01' },
  key: {
    kind: 'text',
    value: 'SPKI',
    help: 'the owner’s public key, base64, as the charger lists it (owner-keys)',
  },
}

/** What the key server says no by, in words. */
const words: Readonly<Record<string, string>> = {
  KeyUnreadable: 'that is no public key of an owner (P-256, SPKI)',
  OwnersFull: 'that charger has as many owners as it may have; remove one first',
  OwnerUnknown: 'no owner of that charger has this key; nothing has changed',
  NotPermitted: 'this certificate is not one of an administrator of the key server',
}

const changing = (
  name: 'add' | 'remove',
  method: 'PUT' | 'DELETE',
  summary: string,
  done: string,
): Command => ({
  name: `owner ${name}`,
  summary,
  usage: `interlock owner ${name} --station EUI --key SPKI ${serverAccess}`,
  example: `interlock owner ${name} --station 02-00-00-01-00-00-00-01 --key MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE… --at https://keys.example:8444 --identity supervisor --trust root.pem`,
  flags,
  async run({ flags: given, print }) {
    const owner = ownerIn(given)
    const answer = await atServer(
      given,
      async (http, base) => answered(await http.request(method, `${base}/owners`, owner)),
      'keyserver',
    )
    if (answer.ok) {
      print({ ok: true, ...owner }, `${owner.station}: ${done}`)
      return exits.done
    }
    return refuseAsTold(print, answer, words)
  },
})
export const ownerAdd = changing(
  'add',
  'PUT',
  'let an owner’s consents about a charger count at the key server',
  'what that owner agrees to counts from now on',
)
export const ownerRemove = changing(
  'remove',
  'DELETE',
  'end what an owner has agreed to: a home has changed hands, or a device is lost',
  'what that owner agreed to has ended, and it agrees to nothing more',
)

/** @throws UsageError */
function ownerIn(given: FlagValues): OwnerOfStation {
  const station = parseEui64(textOf(given, 'station') ?? '')
  if (station === undefined) throw new UsageError('which charger? --station EUI')
  const text = textOf(given, 'key')
  if (text === undefined) throw new UsageError('whose key? --key SPKI, base64')
  const spki = fromBase64(text) ?? fromBase64Url(text)
  if (spki === undefined) throw new UsageError('--key: base64 of a public key')
  return { station, key: toBase64Url(spki) }
}
