import type { Random } from '../random.ts'
import { meanOf } from './race.ts'
import type { Trial } from './types.ts'

/**
 * Which kind of model to search next: with chances inverse to the estimated cost of an improvement (Wang et al. 2021, FLAML). A family's cost
 * for its next improvement is what the last ones took; one that is behind the leader must also make up the distance at its speed so far.
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

/** What a family has cost and reached: in all, when its best was found, and when the one before was. */
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
