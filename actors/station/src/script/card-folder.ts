import { createCard, counterMax, plainCard, type Card } from '@interlock/driver'
import { openJournal, ownKey, readText } from '@interlock/host'
import { Fault, fromHex, parseJson, toBase64, type Crypto } from '@interlock/kernel'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'

const Contents = Compile(
  Type.Object(
    {
      uid: Type.String({ pattern: '^([0-9A-Fa-f]{8}|[0-9A-Fa-f]{14}|[0-9A-Fa-f]{20})$' }),
      /** Absent for a card that has a number and no more. */
      contractId: Type.Optional(Type.String({ pattern: '^[\\x21-\\x7e]{1,36}$' })),
    },
    { additionalProperties: false },
  ),
)

/**
 * A simulated card in a folder: `card.json`, and for one with a key of its own `key.pem`, made when it is first
 * asked for, and the count of its responses.
 * @throws Fault `CardFolderInvalid` for a `card.json` that says otherwise.
 */
export function openCardFolder(folder: string, crypto: Crypto): Card & { close(): void } {
  const { uid, contractId } = contentsOf(folder)
  if (contractId === undefined) return { ...plainCard(uid), close: () => {} }
  const journal = openJournal(`${folder}/count.journal`)
  let count = Number(journal.entries().at(-1) ?? 0)
  const counter = {
    raise(): number | undefined {
      if (count >= counterMax) return undefined
      journal.append(count + 1)
      count += 1
      if (journal.isLong) journal.rewrite([count])
      return count
    },
  }
  const contents = { uid, contractId, key: ownKey(`${folder}/key.pem`) }
  return { ...createCard(contents, counter, crypto), close: () => journal.close() }
}

/** What a register is told of the card; `null` for one without a key. */
export function publicKeyOfCard(folder: string): string | null {
  const { contractId } = contentsOf(folder)
  return contractId === undefined ? null : toBase64(ownKey(`${folder}/key.pem`).publicKey.spki)
}

function contentsOf(folder: string) {
  const path = `${folder}/card.json`
  const json = parseJson(readText(path), 2)
  if (!json.ok || !Contents.Check(json.value))
    throw new Fault('CardFolderInvalid', `${path}: not the contents of a card`, {
      remedy: 'write {"uid": "04A1B2C3D4E5F6", "contractId": "GBABCC0012345X"}',
    })
  const { uid: text, contractId } = json.value
  return { uid: fromHex(text) ?? new Uint8Array(), contractId }
}
