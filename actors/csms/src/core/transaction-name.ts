/** A station names its transactions itself: two may use one name. */
export type TransactionName = { readonly stationId: string; readonly transactionId: string }

export const keyOfTransaction = ({ stationId, transactionId }: TransactionName): string =>
  JSON.stringify([stationId, transactionId])

export function transactionOf(key: string): TransactionName {
  const [stationId, transactionId] = JSON.parse(key) as [string, string]
  return { stationId, transactionId }
}
