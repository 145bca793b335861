import { toBase64, utf8, type Instant } from '@interlock/kernel'
import { defaultAlgorithm, signRecord, type PageContext } from '@interlock/ocmf'
import { registerWattHours, type Charger } from './core/charger.ts'
import { noPages, recordOf, type Signing } from './core/meter-record.ts'
import {
  meterValue,
  type Context,
  type MeterValue,
  type SignedMeterValue,
} from './core/meter-values.ts'
import { firmwareVersion } from './live-values.ts'
import { receiptFor } from './receipts.ts'
import type { Station } from './station.ts'

/** What is read when, and in which transaction. */
export type Occasion = {
  readonly measurands: readonly string[]
  readonly context: Context
  readonly now: Instant
  readonly transactionId?: string
}

/** The meter during one turn of the charger. */
export type Measuring = {
  /** `undefined` when nothing of what was asked for can be read. */
  read(charger: Charger, occasion: Occasion): MeterValue | undefined
  /** Signs the register outside of transactions, for the owners of the home, who are kept it; and gives the record. */
  signOwn(charger: Charger, now: Instant): string
  /** Must become durable together with what was read: pages are used once, and none is left out. */
  change(): { readonly signing?: Signing }
}

export function measure(station: Station): Measuring {
  const before = station.keeper.memory.signing ?? noPages
  let signing = before

  const sign = (
    wattHours: number,
    charger: Charger,
    { context, now, transactionId }: Occasion,
  ): { readonly text: string; readonly value: SignedMeterValue } => {
    const pageContext: PageContext = transactionId === undefined ? 'F' : 'T'
    const page = signing.pages[pageContext] + 1
    const key = station.meterKey()
    const record = recordOf({
      wattHours,
      at: now,
      context,
      page,
      ...(transactionId !== undefined && { holder: holderOf(station, charger) }),
      timeTrusted: station.standing().timeTrusted,
      serial: station.eui.replaceAll('-', ''),
      version: station.keeper.memory.firmwareVersion ?? firmwareVersion,
      chargePoint: `${station.stationId} ${station.evse}`,
    })
    const isTold = tells(station, signing, transactionId)
    signing = {
      ...signing,
      pages: { ...signing.pages, [pageContext]: page },
      ...(isTold && transactionId !== undefined && { keyToldIn: transactionId }),
    }
    const text = signRecord(record, key, station.deps.crypto)
    if (station.keeper.memory.ownerKeys.length > 0) station.usage?.keep(text, now)
    const value = {
      signedMeterData: toBase64(utf8(text)),
      signingMethod: defaultAlgorithm,
      encodingMethod: 'OCMF',
      publicKey: isTold ? toBase64(key.publicKey.spki) : '',
      ...(pageContext === 'T' && receiptFor(station, text)),
    }
    return { text, value }
  }

  return {
    read(charger, occasion) {
      const { reading } = station.moment
      return meterValue(
        occasion.measurands,
        {
          charger,
          phases: station.ratings.phases ?? 1,
          ...(reading !== undefined && { frequencyHertz: reading.hertz }),
          ...(isSigned(station, occasion.context) && {
            sign: (wattHours) => sign(wattHours, charger, occasion).value,
          }),
        },
        occasion.now,
        occasion.context,
      )
    },
    signOwn: (charger, now) =>
      sign(registerWattHours(charger, now), charger, {
        measurands: [],
        context: 'Sample.Clock',
        now,
      }).text,
    change: () => (signing === before ? {} : { signing }),
  }
}

/** J01.FR.21, J02.FR.21. */
const isSigned = ({ model }: Station, context: Context): boolean =>
  model.setting(
    context === 'Sample.Clock' ? 'AlignedDataCtrlr' : 'SampledDataCtrlr',
    'SignReadings',
  )

/** At the end of a transaction the holder has gone already. */
const holderOf = ({ keeper }: Station, { holder }: Charger) =>
  (holder ?? keeper.memory.charger.holder)?.token ?? 'unknown'

/** Whether the public key goes along (PublicKeyWithSignedMeterValue). */
function tells({ model }: Station, signing: Signing, transactionId: string | undefined): boolean {
  const when = model.setting('OCPPCommCtrlr', 'PublicKeyWithSignedMeterValue')
  if (when === 'OncePerTransaction')
    return transactionId !== undefined && signing.keyToldIn !== transactionId
  return when === 'EveryMeterValue'
}
