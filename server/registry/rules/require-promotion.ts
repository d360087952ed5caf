import { AppError } from '#server/kernel/errors.ts'
import { decidePromotion, type PromotionState, promotionMessage } from '../promotion/contract.ts'

/** Throws `conflict` for an archived version and `invalid` for one that cannot be served. */
export function requirePromotion(version: { name: string; number: number } & PromotionState['version']): void {
  const decision = decidePromotion({ version })
  if (decision.allowed) return
  const { message, hint } = promotionMessage(decision, `${version.name} v${version.number}`)
  throw new AppError(decision.code === 'archived' ? 'conflict' : 'invalid', message, { hint })
}
