import type { CsmsConfig } from '@interlock/csms'

type Ocpp = CsmsConfig['ocpp']

/** The name that stations call, which is the common name of the CSMS's certificates (A00.FR.510). */
export const csmsHost = 'localhost'

/** Where the CSMS listens for stations, with a certificate for those that only know RSA. */
export const csmsOcpp = (
  identity: string,
  profile2: Ocpp['profile2'],
  profile3: Ocpp['profile3'],
): Ocpp => ({ profile2, profile3, host: csmsHost, rsa: { identity, keyExchange: true } })
