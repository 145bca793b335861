import { limits, type ServerRefusal } from '@interlock/contract'
import {
  inTurn,
  ok,
  refused,
  toBase64,
  type Clock,
  type Crypto,
  type Eui64,
  type Outcome,
} from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import type { Peer } from '@interlock/pki'
import { readerConsentStatement, type ReaderConsent } from '@interlock/seal'
import type { Kysely } from 'kysely'
import type { Device, KnownDevices } from './inventory.ts'
import type { DccTables } from './tables.ts'

/** Which of the readers that the inventory names for a device its consumer lets read it now, durably. */
export type ReaderConsents = {
  /** As the inventory has it, without the readers whose consent is withdrawn. */
  device(eui: Eui64): Device | undefined
  /**
   * Takes a decision that `by` has signed, of effect before it returns. Whose device it is says both; a reader
   * withdraws its own.
   */
  decide(
    decision: ReaderConsent,
    signature: Uint8Array,
    by: Peer,
  ): Promise<Outcome<undefined, ServerRefusal>>
}

export async function openReaderConsents(
  db: Kysely<DccTables>,
  known: Pick<KnownDevices, 'device'>,
  audit: Pick<Audit, 'critical'>,
  { clock, crypto }: { readonly clock: Pick<Clock, 'now'>; readonly crypto: Crypto },
): Promise<ReaderConsents> {
  const rows = await db.selectFrom('reader_consents').selectAll().execute()
  const held = new Map(
    rows.map(({ device, reader, consent, at }) => [
      keyOf(device, reader),
      { consent, at: Number(at) },
    ]),
  )
  const isWithdrawn = (device: Eui64, reader: Eui64): boolean =>
    held.get(keyOf(device, reader))?.consent === 'withdrawn'

  const judge = (
    { device: eui, reader, consent, at }: ReaderConsent,
    { role, organisation }: Peer,
  ): Outcome<undefined, ServerRefusal> => {
    const device = known.device(eui)
    if (device === undefined) return refused('DeviceUnknown', eui)
    if (!device.readers.has(reader) || device.responsible.has(reader))
      return refused('NotFound', `${reader} is not among the readers of ${eui}`)
    const isTheirs =
      device.responsible.has(organisation) && (role === 'supplier' || role === 'dsrsp')
    const isOwn = consent === 'withdrawn' && reader === organisation
    if (!isTheirs && !isOwn) return refused('NotPermitted', `${consent} by a ${role}`)
    const before = held.get(keyOf(eui, reader))?.at ?? 0
    return Math.abs(clock.now() - at) > limits.clockSkewMillisMax || at <= before
      ? refused('RequestInvalid', 'at is not of now, or not after the decision before')
      : ok(undefined)
  }
  const turn = inTurn()

  return {
    device(eui) {
      const device = known.device(eui)
      if (device === undefined) return undefined
      const readers = [...device.readers].filter((reader) => !isWithdrawn(eui, reader))
      return readers.length === device.readers.size
        ? device
        : { ...device, readers: new Set(readers) }
    },
    decide: (decision, signature, by) =>
      turn(async () => {
        const judged = judge(decision, by)
        if (!judged.ok) return judged
        if (!crypto.verify(by.publicKey, readerConsentStatement(decision), signature))
          return refused('RequestInvalid', 'the signature is not of the certificate that asks')
        const { organisation, role, serialHex } = by
        const proof = { by: organisation, role, serial: serialHex, signature: toBase64(signature) }
        audit.critical('ReaderConsent', { ...decision, ...proof })
        const { device, reader, consent, at } = decision
        await db
          .insertInto('reader_consents')
          .values({ device, reader, consent, at })
          .onConflict((conflict) =>
            conflict.columns(['device', 'reader']).doUpdateSet({ consent, at }),
          )
          .execute()
        held.set(keyOf(device, reader), { consent, at })
        return ok(undefined)
      }),
  }
}

const keyOf = (device: string, reader: string): string => `${device} ${reader}`
