import { concat, euiBytes, u64, utf8, type Eui64 } from '@interlock/kernel'

/** Whether a consumer lets an organisation read a device of theirs. */
export type ReaderConsent = {
  readonly device: Eui64
  readonly reader: Eui64
  readonly consent: 'given' | 'withdrawn'
  /** Milliseconds since 1970. */
  readonly at: number
}

/**
 * What an organisation signs that takes a consumer's word on it to the data company: `interlock-reader-consent` ‖
 * device ‖ reader ‖ `at` (64 bits) ‖ `given` or `withdrawn`.
 */
export const readerConsentStatement = ({
  device,
  reader,
  consent,
  at,
}: ReaderConsent): Uint8Array =>
  concat(
    utf8('interlock-reader-consent'),
    euiBytes(device),
    euiBytes(reader),
    u64(BigInt(at)),
    utf8(consent),
  )
