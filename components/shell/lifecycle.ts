import {
  IconActivity,
  IconBox,
  IconClock,
  IconDatabase,
  IconKey,
  IconScale,
  IconShare,
  IconTrendingUp,
  type TablerIcon,
} from '@tabler/icons-react'
import { paths } from '../ui/paths.ts'

export interface LifecycleWord {
  word: string
  label: string
  icon: TablerIcon
  /** Shown in the palette and searched by it. */
  question: string
}

/** The navigation, in the order of the lifecycle. */
export const LIFECYCLE: readonly LifecycleWord[] = [
  { word: 'data', label: 'Data', icon: IconDatabase, question: 'Datasets, versions and quality' },
  { word: 'training', label: 'Training', icon: IconTrendingUp, question: 'Experiments and runs' },
  { word: 'evaluation', label: 'Evaluation', icon: IconScale, question: 'Models measured on other data' },
  { word: 'registry', label: 'Registry', icon: IconBox, question: 'Models and versions' },
  { word: 'serving', label: 'Serving', icon: IconActivity, question: 'Endpoints, traffic and latency' },
  { word: 'monitoring', label: 'Monitoring', icon: IconClock, question: 'Drift and live metrics' },
  { word: 'orchestration', label: 'Orchestration', icon: IconShare, question: 'Jobs and schedules' },
  { word: 'access', label: 'Access', icon: IconKey, question: 'Members, tokens and audit log' },
]

export interface Crumb {
  label: string
  /** Absent: the page itself. */
  href?: string
}

const decoded = (segment: string) => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** `/p/bike-share/registry/demand/promote` → Registry / demand / Promote; the project's home is its own name. */
export function crumbsOf(path: string): Crumb[] {
  const [p, project, word, ...rest] = path.split('/').filter(Boolean)
  if (p !== 'p' || !project) return []
  const base = paths.project(project)
  if (!word) return [{ label: decoded(project) }]
  if (word === 'settings') return [{ label: 'Project settings' }]
  const known = LIFECYCLE.find(l => l.word === word)
  const crumbs: Crumb[] = [{ label: known?.label ?? decoded(word), href: `${base}/${word}` }]
  for (const [i, segment] of rest.entries()) {
    const text = decoded(segment)
    // Folders of pages (`runs`, `jobs`) have no page of their own.
    if (i < rest.length - 1 && FOLDERS.has(text)) continue
    crumbs.push({
      label: ACTIONS.get(text) ?? shortId(text),
      href: `${base}/${word}/${rest.slice(0, i + 1).join('/')}`,
    })
  }
  const last = crumbs.at(-1)!
  return [...crumbs.slice(0, -1), { label: last.label }]
}

const FOLDERS = new Set(['runs', 'run', 'jobs', 'experiments'])
/** A map, as addresses may be called `constructor`. */
const ACTIONS = new Map([
  ['new', 'New'],
  ['promote', 'Promote'],
  ['compare', 'Compare'],
  ['members', 'Members'],
  ['tokens', 'Tokens'],
  ['audit', 'Audit'],
])
/** Ids are for addresses; a person recognises their beginning. */
const shortId = (text: string) => (/^[0-9a-f-]{32,36}$/.test(text) ? text.replaceAll('-', '').slice(-8) : text)
