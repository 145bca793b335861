/** The highest count of each card that has proved itself here, the latest last. */
export type CardCounts = readonly { readonly uid: string; readonly counter: number }[]

/** Cards that are remembered; the one that was here longest ago gives way. */
export const cardsRememberedMax = 200

export const countOf = (counts: CardCounts, uid: string): number | undefined =>
  counts.find((each) => each.uid === uid)?.counter

export const withCount = (counts: CardCounts, uid: string, counter: number): CardCounts =>
  [...counts.filter((each) => each.uid !== uid), { uid, counter }].slice(-cardsRememberedMax)
