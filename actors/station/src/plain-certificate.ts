import {
  chainRefusal,
  loadIdentity,
  loadPlainIdentity,
  plainIdentityOf,
  type Identity,
} from '@interlock/host'
import { eui64, Fault, ok, refused, type Outcome } from '@interlock/kernel'
import type { StationConfig } from './config.ts'
import type { Station } from './station.ts'

type Asked = { readonly pem: string }

const bearerOf = ({ eui, organisation, stationId }: StationConfig) => ({
  eui: eui64(eui),
  organisation: eui64(organisation),
  commonName: stationId,
})

/** The identity of a standard station, from our authority or from another. @throws Fault */
export function loadStandardIdentity(dir: string, config: StationConfig): Identity {
  try {
    return loadIdentity(dir)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return loadPlainIdentity(dir, bearerOf(config))
  }
}

/**
 * A02.FR.06, A02.FR.07: what a standard station takes as its certificate. It is for the key that was
 * asked for, in its time, and from an authority that the station was given; whose it is the CSMS knows.
 */
export function plainIdentity(
  { config, deps, trustStore }: Station,
  asked: Asked,
  chainPem: string,
): Outcome<Identity, string> {
  const roots = [
    ...trustStore.of('CSMSRootCertificate'),
    ...trustStore.of('ManufacturerRootCertificate'),
  ]
  const refusal = chainRefusal(chainPem, roots, deps.wall.now())
  if (refusal !== undefined) return refused(refusal)
  try {
    return ok(plainIdentityOf(asked.pem, chainPem, bearerOf(config), 'CertificateSigned'))
  } catch (error) {
    if (error instanceof Fault) return refused('AnotherKey')
    throw error
  }
}
