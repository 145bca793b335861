import { exits, UsageError, type Command } from '../command.ts'

export const duisVerify: Command = {
  name: 'duis verify',
  summary: 'check the XML signature of a service request, response or alert',
  usage: 'interlock duis verify FILE --certificate FILE | --key FILE    (- is stdin)',
  example: 'interlock duis verify signed.xml --certificate certificate.pem',
  operands: 'FILE',
  flags: {
    certificate: { kind: 'text', value: 'FILE', help: "the signer's certificate, PEM" },
    key: { kind: 'text', value: 'FILE', help: 'or its public key, PEM, hex or base64' },
  },
  run: async ({ flags, operands, print }) => {
    const { certificate, key } = flags
    if ((certificate === undefined) === (key === undefined))
      throw new UsageError('whose signature? --certificate FILE or --key FILE')
    const { signerSerial, verifySigned } = await import('@interlock/duis')
    const { nodeCrypto } = await import('@interlock/host')
    const { readInput } = await import('../input.ts')
    const { certificateOf, publicKeyOf } = await import('../duis/keys.ts')
    const { documentJson, refuseDocument } = await import('../duis/read-document.ts')
    const { refuse } = await import('../refusal.ts')
    const { jsonLines } = await import('../json-lines.ts')
    const signer =
      certificate === undefined
        ? { publicKey: publicKeyOf(String(key)) }
        : certificateOf(String(certificate))
    const xml = await readInput(operands)
    const serial = signerSerial(xml)
    if (!serial.ok) return refuseDocument(print, serial)
    if ('serialHex' in signer && BigInt(`0x${signer.serialHex}`) !== BigInt(`0x${serial.value}`))
      return refuse(
        print,
        'SignerWrong',
        'the document names another certificate',
        `X509SerialNumber: ${serial.value}, not ${signer.serialHex}`,
      )
    const verified = verifySigned(xml, signer.publicKey, nodeCrypto)
    if (!verified.ok) return refuseDocument(print, verified)
    // Only what the signature covers is shown.
    const document = documentJson(verified.value.xml)
    if (!document.ok) return refuseDocument(print, document)
    const { signed: _signed, ...covered } = document.value
    const value = { verified: true, certificateSerial: serial.value, covers: covered }
    print(value, ['verifies; it covers', ...jsonLines(covered)].join('\n'))
    return exits.done
  },
}
