export {
  namesAndKeyOf,
  publicKeyOfCertificate,
  signatureAlgorithmOf,
  spkiOf,
} from './certificate.ts'
export { bearerOf, keyIdOfPeer, peerOf, type Bearer, type Peer, type PeerProblem } from './peer.ts'
export type { KeyKind } from './key-kind.ts'
export type { Subject } from './identity.ts'
export { issuerNameOf } from './issuer-name.ts'
export * from './profiles.ts'
export {
  createCsr,
  createRsaCsr,
  verifyCsr,
  type CertificateRequest,
  type RequestProblem,
  type RequestedKey,
  type RsaSigner,
} from './csr.ts'
export {
  createCa,
  createHomeDoorCertificate,
  issue,
  newSerial,
  type CertificateAuthority,
  type IssueProblem,
} from './issue.ts'
export { hierarchyOf, verifyChain, type ChainDemands, type ChainProblem } from './verify.ts'
export { createCrl, readCrl, type RevocationList, type RevocationListProblem } from './crl.ts'
export * from './revocation-bundle.ts'
export { fromPem, toPem, type PemLabel } from './pem.ts'
export * from './first-contact.ts'
