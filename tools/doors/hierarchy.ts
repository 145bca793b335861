import { identityOf, nodeCrypto as crypto, systemEntropy as entropy } from '@interlock/host'
import type { Identity } from '@interlock/host'
import { assert, eui64, instant, type Eui64, type Instant, type Role } from '@interlock/kernel'
import { createCa, createCsr, issue, newSerial, type Hierarchy } from '@interlock/pki'

export type TestHierarchy = {
  readonly rootPem: string
  /** A certificate of an organisation of its own, unless one is given; `at` is when it was issued. */
  certify(role: Role, organisation?: Eui64, at?: Instant): Identity
}

const devices: readonly Role[] = ['station', 'meter', 'hub', 'llcs']

/** A root, an authority under it, and whomever they certify. */
export function testHierarchy(kind: Hierarchy): TestHierarchy {
  // Old enough to have issued what has expired since.
  const made = instant(Date.now() - 1_000 * 86_400_000)
  const keyed = (commonName: string) => ({
    commonName,
    key: crypto.generateKey().key,
    now: made,
    entropy,
    crypto,
  })
  const root = createCa(`${kind}Root`, keyed(`${kind} root`))
  const ca = createCa(`${kind}Issuing`, { ...keyed(`${kind} issuing`), parent: root })
  let euis = 0
  const freshEui = (): Eui64 =>
    eui64(`02-00-00-00-00-01-00-${(++euis).toString(16).toUpperCase().padStart(2, '0')}`)
  return {
    rootPem: root.certificatePem,
    certify(role, organisation = freshEui(), at = instant(Date.now())) {
      const { key, pem } = crypto.generateKey()
      const subject = { commonName: role, role, eui: freshEui(), organisation }
      const issued = issue({
        profile: `${kind}${devices.includes(role) ? 'Device' : 'Organisation'}`,
        csrPem: createCsr(key, subject, crypto),
        subject,
        ca,
        serial: newSerial(entropy),
        now: at,
        crypto,
      })
      assert(issued.ok, `issued: ${JSON.stringify(issued)}`)
      return identityOf(pem, issued.value + ca.certificatePem, role)
    },
  }
}
