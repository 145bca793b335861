import {
  homeDoors,
  HomePairing,
  type HomeUsageQuery,
  type HomeUsageRequest,
  type OwnerKeyOffer,
} from '@interlock/contract'
import { askPinned, nodeCrypto as crypto, type HttpResponse } from '@interlock/host'
import {
  fromBase64,
  ok,
  refused,
  sameBytes,
  toBase64,
  type Eui64,
  type Outcome,
  type PrivateKey,
} from '@interlock/kernel'
import { homeDoorMac, ownerKeyMac, usageStatement } from '@interlock/seal'
import { Compile } from 'typebox/compile'

/** A charger as a device of its owner has paired with it. */
export type PairedHome = {
  readonly station: Eui64
  /** Key (SPKI) that it shows on the network of the home. */
  readonly door: Uint8Array
  /** Key (SPKI) that its meter signs with. */
  readonly meter: Uint8Array
}

export type HomeRefusal = 'PairingRefused' | 'NotTheCharger' | 'UsageRefused'

const isPairing = Compile(HomePairing)

/**
 * Pairs a device's key with the charger at `address`, by the code on the charger's display. Neither the code nor
 * anything that it could be found from is sent.
 * @throws Fault of {@link askPinned}
 */
export async function pairAtHome(
  address: string,
  {
    station,
    code,
    key,
  }: { readonly station: Eui64; readonly code: string; readonly key: PrivateKey },
): Promise<Outcome<PairedHome, HomeRefusal>> {
  const owner = key.publicKey.spki
  let door = new Uint8Array()
  const { status, body } = await askPinned(`${address}${homeDoors.pair}`, (shown) => {
    door = new Uint8Array(shown)
    const mac = ownerKeyMac(code, station, owner, crypto)
    return { spki: toBase64(owner), mac: toBase64(mac) } satisfies OwnerKeyOffer
  })
  if (status !== 200) return refused('PairingRefused', detailOf(body))
  const [meter, mac] = isPairing.Check(body) ? [body.meter, body.mac].map(fromBase64) : []
  // Whoever stands between does not know the code, and showed another key than the charger's.
  if (meter === undefined || mac === undefined) return refused('NotTheCharger')
  const expected = homeDoorMac(code, station, { owner, door, meter }, crypto)
  return sameBytes(mac, expected) ? ok({ station, door, meter }) : refused('NotTheCharger')
}

/**
 * Reads usage from the charger at `address`, by a word of the paired device's key.
 * @throws Fault of {@link askPinned}: `PeerUntrusted` where it is another than the one paired with
 */
export async function readUsageAtHome(
  address: string,
  { station, door }: PairedHome,
  key: PrivateKey,
  query: HomeUsageQuery,
  at: number,
): Promise<Outcome<string, HomeRefusal>> {
  const word = usageWord(station, door, key, query, at)
  const { status, body } = await askPinned(`${address}${homeDoors.usage}`, (shown) =>
    sameBytes(shown, door) ? word : undefined,
  )
  if (status !== 200) return refused('UsageRefused', detailOf(body))
  return ok(typeof body === 'string' ? body : JSON.stringify(body))
}

/** What an owner's device sends: good once, at this charger, over this connection's key. */
export function usageWord(
  station: Eui64,
  door: Uint8Array,
  key: PrivateKey,
  query: HomeUsageQuery,
  at: number,
): HomeUsageRequest {
  const signature = crypto.sign(key, usageStatement(station, door, query, at, crypto))
  return { ...query, by: toBase64(key.publicKey.spki), signature: toBase64(signature), at }
}

function detailOf(body: HttpResponse['body']): string {
  const { reason, detail } = (body ?? {}) as { reason?: unknown; detail?: unknown }
  return [reason, detail].filter((each) => typeof each === 'string').join(': ')
}
