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
import { KIND_WORDS, NODE } from './lay-out.ts'
import classes from './lineage.module.css'

const ICONS: Record<LineageNode['kind'], TablerIcon> = {
  source: IconFileImport,
  version: IconDatabase,
  run: IconPlayerPlay,
  runs: IconStack2,
  model: IconBox,
  endpoint: IconBroadcast,
}

export type FlowNode = Node<{ node: LineageNode; href: string | null }, 'lineage'>

/** What it is, its name, and one fact; a link to its page. */
export function LineageNodeView({ data: { node, href } }: NodeProps<FlowNode>) {
  const Icon = ICONS[node.kind]
  const content = (
    <>
      <Icon size={18} stroke={1.5} aria-hidden className={classes.icon} />
      <span className={classes.words}>
        <span className={classes.label} title={node.label}>
          {node.label}
        </span>
        <span className={classes.detail}>
          {KIND_WORDS[node.kind]}
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
