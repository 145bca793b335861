export type {
  LoadControlBody,
  OffsetLimitBody,
  ReadTariffBody,
  RequestBody,
  SignedPreCommandBody,
  TariffBody,
} from './bodies.ts'
export * from './problems.ts'
export * from './request.ts'
export * from './response-codes.ts'
export * from './response.ts'
export * from './services.ts'
export * from './signature.ts'
export { formatRequestId, parseRequestId, type RequestId } from './values.ts'
