/** A station names its transactions itself: two may use one name. */
export type TransactionName = { readonly stationId: string; readonly transactionId: string }

export const keyOfTransaction = ({ stationId, transactionId }: TransactionName): string =>
  JSON.stringify([stationId, transactionId])
