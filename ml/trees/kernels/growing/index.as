export { canSplit, expand, finish, leafValue, plant, settle } from './expand'
export { sumPacked } from './gradients'
export { addUp } from './histogram'
export { dismiss, fail, serve, share } from './tasks'
