import type { GrantBook } from '@interlock/host'
import type { Admission } from '@interlock/seal'
import type { Certificates } from './certificates.ts'
import type { Consents } from './consents.ts'

/**
 * Who may be given keys: by certificate, and by a contract (a grant) or the consent of whom the topic
 * is about. The id of a topic about one home is the EUI-64 of its station.
 */
export const admissionOf = (
  certificates: Certificates,
  book: GrantBook,
  consents: Consents,
): Admission => ({
  isTrusted: (thumbprint) => certificates.isTrusted(thumbprint),
  holds({ organisation }, topic, ground) {
    if (ground === 'author') return book.allows(organisation, 'publish', topic)
    if (ground === 'contract') return book.allows(organisation, 'read', topic)
    return consents.holds(topic.id, organisation, ground)
  },
})
