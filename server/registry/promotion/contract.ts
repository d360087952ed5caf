import type { Servable } from '../contract.ts'
import { VERSION_ACTIONS, type VersionState } from '../states/contract.ts'

/**
 * Whether a version may be promoted, decided once for the button, the page and the API:
 * - `possible`
 * - `already_serving`: it is the endpoint's champion. The API accepts it (a new revision of the same version); pages offer nothing.
 * - `archived`, `not_servable`: refused.
 */
export const PROMOTION_CODES = ['possible', 'already_serving', 'archived', 'not_servable'] as const
export type PromotionCode = (typeof PROMOTION_CODES)[number]

export interface PromotionState {
  version: { state: VersionState; servable: Servable }
  /** True: this version is the champion of the endpoint. */
  isChampion?: boolean
}

export interface PromotionDecision {
  code: PromotionCode
  /** False: the API refuses. */
  allowed: boolean
  facts: { state: VersionState; possibleActions?: readonly string[]; reason?: string }
}

/** Decides by the state of the version, then its servable, then what the endpoint serves; the first objection is returned. */
export function decidePromotion({ version, isChampion = false }: PromotionState): PromotionDecision {
  const { state, servable } = version
  const actions: readonly string[] = VERSION_ACTIONS[state]
  if (!actions.includes('promote'))
    return { code: 'archived', allowed: false, facts: { state, possibleActions: actions } }
  if (servable.kind === 'none')
    return { code: 'not_servable', allowed: false, facts: { state, reason: servable.reason } }
  return { code: isChampion ? 'already_serving' : 'possible', allowed: true, facts: { state } }
}

export interface PromotionMessage {
  message: string
  hint?: string
}

/** Formats the decision. `name` is the version, for example `demand v3`. */
export function promotionMessage({ code, facts }: PromotionDecision, name: string): PromotionMessage {
  if (code === 'archived')
    return {
      message: `${name} is ${facts.state}; it cannot be promoted.`,
      hint: `Possible now: ${facts.possibleActions?.join(', ')}.`,
    }
  if (code === 'not_servable')
    return {
      message: `${name} cannot be served: ${facts.reason}`,
      hint: 'It stays registered; register a version that can be served.',
    }
  return { message: code === 'already_serving' ? `${name} is already the champion.` : `${name} can be promoted.` }
}
