import type { Random } from '../random.ts'
import { meanOf } from './race.ts'
import type { Trial } from './types.ts'

/**
 * Chooses the family to search next, with probability inverse to its estimated cost of improvement (FLAML, Wang et al. 2021). The cost is
 * that
 * of its last improvements; a family behind the leader must also close the gap at its own speed.
 * @param costOf milliseconds of a trial, or 1 where the choice must not depend on a clock.
 */
export function chooseFamily(
  families: readonly string[],
  trials: readonly Trial[],
  costOf: (trial: Trial) => number,
  random: Random,
): string {
  const stories = families.map(family => describeFamily(family, trials, costOf))
  const leader = Math.min(...stories.map(story => story.best))
  const chances = stories.map(story => 1 / improvementCost(story, leader))
  const sum = chances.reduce((total, chance) => total + chance, 0)
  let ball = random.next() * sum
  for (const [k, chance] of chances.entries()) {
    ball -= chance
    if (ball < 0) return families[k]!
  }
  return families.at(-1)!
}

/** Accumulated cost of a family: in total, when its best was found, and when the previous best was. */
type Story = { spent: number; best: number; spentAtBest: number; second: number; spentAtSecond: number }

function describeFamily(family: string, trials: readonly Trial[], costOf: (trial: Trial) => number): Story {
  const story: Story = {
    spent: 0,
    best: Number.POSITIVE_INFINITY,
    spentAtBest: 0,
    second: Number.POSITIVE_INFINITY,
    spentAtSecond: 0,
  }
  for (const trial of trials) {
    if (trial.trainer.id !== family) continue
    story.spent += costOf(trial)
    if (trial.state !== 'complete') continue
    const loss = meanOf(trial.losses)
    if (!(loss < story.best)) continue
    story.second = story.best
    story.spentAtSecond = story.spentAtBest
    story.best = loss
    story.spentAtBest = story.spent
  }
  return story
}

function improvementCost({ spent, best, spentAtBest, second, spentAtSecond }: Story, leader: number): number {
  const next = Math.max(spent - spentAtBest, spentAtBest - spentAtSecond, 1e-9)
  if (best <= leader || !Number.isFinite(best)) return next
  const speed = Number.isFinite(second) ? (second - best) / Math.max(spentAtBest - spentAtSecond, 1e-9) : 0
  const behind = speed > 0 ? (2 * (best - leader)) / speed : 4 * next
  return Math.max(next, Math.min(behind, 1000 * next))
}
