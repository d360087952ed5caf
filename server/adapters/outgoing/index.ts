export { type GuardedInit, guardedFetch } from './guarded-fetch.ts'
export { openSocket } from './open-socket.ts'
export { allowedAddresses, isOutgoingRefusal, type OutgoingPolicy, outgoingPolicy } from './policy.ts'
