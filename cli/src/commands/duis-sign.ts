import { exits, UsageError, type Command, type Invocation } from '../command.ts'

const file = { kind: 'text', value: 'FILE' } as const

export const duisSign: Command = {
  name: 'duis sign',
  summary: 'sign a service request, response or alert',
  usage: 'interlock duis sign FILE --key FILE --certificate FILE    (- is stdin)',
  example: 'interlock duis sign request.xml --key key.pem --certificate certificate.pem',
  operands: 'FILE',
  flags: {
    key: { ...file, help: 'private P-256 key, PEM, readable by its owner alone' },
    certificate: { ...file, help: 'its certificate, PEM' },
    issuer: { kind: 'text', value: 'NAME', help: 'or who issued it, such as CN=U1' },
    serial: { kind: 'text', value: 'HEX', help: 'and its serial number' },
  },
  run: async ({ flags, operands, print, say }) => {
    const { key, certificate, issuer, serial } = flags
    if (typeof key !== 'string') throw new UsageError('whose key? --key FILE')
    const { signDocument, signerSerial } = await import('@interlock/duis')
    const { nodeCrypto } = await import('@interlock/host')
    const { readInput } = await import('../input.ts')
    const { signerOf } = await import('../duis/keys.ts')
    const { documentJson, refuseDocument } = await import('../duis/read-document.ts')
    const { refuse } = await import('../refusal.ts')
    const signer = signerOf({
      key,
      ...(typeof certificate === 'string' && { certificate }),
      ...(typeof issuer === 'string' && { issuer }),
      ...(typeof serial === 'string' && { serial }),
    })
    // What stdout has is the document, and goes into a file.
    const refusing: Invocation['print'] = (value, words) =>
      flags['json'] === true ? print(value, words) : say(words)
    const xml = (await readInput(operands)).trim()
    const document = documentJson(xml)
    if (!document.ok) return refuseDocument(refusing, document)
    const signed = signerSerial(xml)
    if (signed.ok || signed.reason !== 'SignatureMissing')
      return refuse(
        refusing,
        'SignatureUnexpected',
        'the document is signed already',
        'Signature: ',
      )
    const result = signDocument(xml, signer, nodeCrypto)
    print({ xml: result }, result)
    return exits.done
  },
}
