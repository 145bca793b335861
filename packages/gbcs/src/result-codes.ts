/** DLMS data-access and action results, those that can come of an object in one message. */
export const resultCodes = {
  success: 0,
  hardwareFault: 1,
  temporaryFailure: 2,
  readWriteDenied: 3,
  objectUndefined: 4,
  objectClassInconsistent: 9,
  objectUnavailable: 11,
  typeUnmatched: 12,
  scopeOfAccessViolated: 13,
  otherReason: 250,
} as const
export type ResultCode = keyof typeof resultCodes

const names = Object.keys(resultCodes) as ResultCode[]
export const resultOfCode = (code: number | undefined): ResultCode | undefined =>
  names.find((each) => resultCodes[each] === code)

/** What the results of all objects come to: the first that is not `success`. */
export const resultOfAll = (results: readonly ResultCode[]): ResultCode =>
  results.find((each) => each !== 'success') ?? 'success'

/** The results as an answer has them: each of them only where they differ. */
export const answerOfAll = (
  results: readonly ResultCode[],
): { readonly result: ResultCode; readonly results?: readonly ResultCode[] } => {
  const result = resultOfAll(results)
  return results.every((each) => each === result) ? { result } : { result, results }
}
