import {
  nodeCrypto as crypto,
  identityOf,
  saveIdentity,
  systemClock,
  systemEntropy as entropy,
  writeAtomic,
  type Identity,
} from '@interlock/host'
import { assert, eui64, type Role } from '@interlock/kernel'
import { createCa, createCsr, issue, newSerial, type Hierarchy } from '@interlock/pki'

/** One root of its own, and what it certifies, as files in `dir`. */
export function testRoot(dir: string, hierarchy: Hierarchy) {
  const now = systemClock.now()
  const common = { now, entropy, crypto }
  const root = createCa(`${hierarchy}Root`, {
    ...common,
    commonName: `Test ${hierarchy} root`,
    key: crypto.generateKey().key,
  })
  const issuing = createCa(`${hierarchy}Issuing`, {
    ...common,
    commonName: `Test ${hierarchy} issuing`,
    key: crypto.generateKey().key,
    parent: root,
  })
  const rootPath = `${dir}/${hierarchy}-root.pem`
  writeAtomic(rootPath, root.certificatePem, 0o644)

  /** The folder also holds it, for an actor that loads its own. */
  const identity = (
    role: Role,
    number: number,
    eui = eui64(`02-00-00-00-00-00-00-${number.toString(16).padStart(2, '0')}`),
  ): Identity & { readonly dir: string } => {
    const subject = { commonName: `${role}-${number}`, role, eui, organisation: eui }
    const { key, pem } = crypto.generateKey()
    const issued = issue({
      profile: `${hierarchy}${role === 'llcs' ? 'Device' : 'Organisation'}`,
      csrPem: createCsr(key, subject, crypto),
      subject,
      ca: issuing,
      serial: newSerial(entropy),
      now,
      crypto,
    })
    assert(issued.ok, JSON.stringify(issued))
    const chainPem = issued.value + issuing.certificatePem
    const own = `${dir}/${hierarchy}-${subject.commonName}`
    saveIdentity(own, pem, chainPem)
    return { ...identityOf(pem, chainPem, subject.commonName), dir: own }
  }
  return { rootPath, trust: { roots: [root.certificatePem] }, identity }
}
