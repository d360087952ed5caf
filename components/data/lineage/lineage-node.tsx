import {
  IconBox,
  IconBroadcast,
  IconDatabase,
  IconFileImport,
  IconPlayerPlay,
  IconStack2,
  type TablerIcon,
} from '@tabler/icons-react'
import { Handle, type Node, type NodeProps, Position } from '@xyflow/react'
import Link from 'next/link'
import type { LineageNode } from '#server/api/lineage/contract.ts'
import { SUBJECTS, type Subject } from '#server/platform/subjects/contract.ts'
import { kindTitle, NODE } from './lay-out.ts'
import classes from './lineage.module.css'

const ICONS: Record<NonNullable<Subject['icon']>, TablerIcon> = {
  source: IconFileImport,
  dataset: IconDatabase,
  run: IconPlayerPlay,
  model: IconBox,
  endpoint: IconBroadcast,
}

function iconOf(kind: LineageNode['kind']): TablerIcon {
  if (kind === 'runs') return IconStack2
  const icon = Object.values<Subject>(SUBJECTS).find(subject => subject.lineage === kind)?.icon
  return ICONS[icon ?? 'source']
}

export type FlowNode = Node<{ node: LineageNode; href: string | null }, 'lineage'>

/** What it is, its name, and one fact; a link to its page. */
export function LineageNodeView({ data: { node, href } }: NodeProps<FlowNode>) {
  const Icon = iconOf(node.kind)
  const content = (
    <>
      <Icon size={18} stroke={1.5} aria-hidden className={classes.icon} />
      <span className={classes.words}>
        <span className={classes.label} title={node.label}>
          {node.label}
        </span>
        <span className={classes.detail}>
          {kindTitle(node.kind)}
          {node.kind === 'source' ? '' : `, ${node.detail}`}
        </span>
      </span>
    </>
  )
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} className={classes.handle} />
      {href === null ? (
        <div className={classes.node} style={NODE}>
          {content}
        </div>
      ) : (
        <Link
          href={href}
          className={`${classes.node} nodrag nopan`}
          style={NODE}
          data-here={node.here || undefined}
          aria-current={node.here ? 'page' : undefined}
        >
          {content}
        </Link>
      )}
      <Handle type="source" position={Position.Right} isConnectable={false} className={classes.handle} />
    </>
  )
}
