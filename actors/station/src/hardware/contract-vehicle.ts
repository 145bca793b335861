import { toBase64, utf8, type Crypto, type PrivateKey } from '@interlock/kernel'
import { writeReceipt, type MeteringReceipt, type SignedReceipt } from '@interlock/ocmf'

/**
 * What a charger and a vehicle with a contract say to each other of a reading (ISO 15118-2): the charger shows it and
 * asks for a receipt (ChargingStatusRes, ReceiptRequired), the vehicle answers with a MeteringReceiptReq that its
 * contract's key has signed, or with nothing.
 */
export type VehicleLink = {
  meteringReceipt(shown: MeteringReceipt): SignedReceipt | undefined
}

/** A simulated vehicle: it confirms each reading at once, as JSON and not as EXI, with a key in a file. */
export const contractVehicle = (key: PrivateKey, crypto: Pick<Crypto, 'sign'>): VehicleLink => ({
  meteringReceipt(shown) {
    const plainData = writeReceipt(shown)
    return { plainData, signature: toBase64(crypto.sign(key, utf8(plainData))) }
  },
})
