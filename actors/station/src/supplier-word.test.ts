import { toPem } from '@interlock/pki'
import { expect, test } from 'vitest'
import { crypto, meter, nextMeter, renewedSupplier, supplier } from './fixture/parties.fixture.ts'
import { payerNow } from './supplier-word.ts'

test('a renewal counts in the place of the certificate it renewed, and not after another was pinned', () => {
  const renewed = {
    certificatePem: toPem(renewedSupplier.peer.der, 'CERTIFICATE'),
    pinned: supplier.peer.thumbprint,
    counter: '7',
  }
  const payerWith = (pinned: typeof supplier) =>
    payerNow({ meter, supplier: pinned.peer }, () => ({ supplier: renewed }), crypto)()
  expect(payerWith(supplier)?.supplier.publicKey).toEqual(renewedSupplier.peer.publicKey)
  // Commissioned again, with another: the one before has no say any more.
  expect(payerWith(nextMeter)?.supplier).toBe(nextMeter.peer)
  expect(payerNow(undefined, () => ({ supplier: renewed }), crypto)()).toBeUndefined()
})
