import type { Token, Tokens } from './subject.ts'

const card = (idToken: string): Token => ({ idToken, type: 'ISO14443' })

/** The tokens of a run, by what the CSMS is to think of them. */
export const runTokens: Tokens = {
  valid: card('CF000001'),
  sameGroup: card('CF000002'),
  group: 'CONFORMANCE-GROUP',
  unknown: card('CF0000FF'),
  blocked: card('CF000003'),
  expired: card('CF000004'),
  master: card('CF000005'),
  masterGroup: 'CONFORMANCE-MASTER',
}
