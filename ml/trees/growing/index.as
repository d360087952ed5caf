export { canSplit, expand, finish, leafValue, plant, settle } from './expand'
export { sumPacked } from './gradients'
export { addUp } from './histogram'
export { dismiss, serve, share } from './tasks'
