import fc from 'fast-check'
import { cellName, partyRoles, type CredentialsUpdate, type PartyRole } from './index.ts'

/** Any sequence: whose certificate it is, is not for this format to say. */
const anyCertificate = fc
  .uint8Array({ minLength: 1, maxLength: 100 })
  .map((bytes) => Uint8Array.of(0x30, bytes.length, ...bytes))
const anyReplacement = fc
  .record({
    role: fc.constantFrom(...(Object.keys(partyRoles) as PartyRole[])),
    keyUsage: fc.constantFrom('digitalSignature' as const, 'keyAgreement' as const),
    topUp: fc.boolean(),
    certificate: anyCertificate,
  })
  .map(({ certificate, topUp, ...cell }) => ({
    cell: topUp ? { ...cell, topUp: true as const } : cell,
    certificate,
  }))
const anyFloor = fc.bigInt({ min: 0n, max: (1n << 63n) - 1n })

/** Any update of credentials that can be written. */
export const anyUpdate: fc.Arbitrary<CredentialsUpdate> = fc.record(
  {
    floor: anyFloor,
    topUpFloor: anyFloor,
    replacements: fc.uniqueArray(anyReplacement, {
      minLength: 1,
      maxLength: 3,
      selector: ({ cell }) => cellName(cell),
    }),
    path: fc.array(anyCertificate, { maxLength: 3 }),
    timeChecks: fc.boolean(),
  },
  { requiredKeys: ['floor', 'replacements', 'path', 'timeChecks'] },
)
