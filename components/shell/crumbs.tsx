'use client'
import Link from 'next/link'
import { crumbsOf } from './lifecycle.ts'
import classes from './shell.module.css'
import { useNamedCrumbs } from './use-named-crumbs.ts'

/** Breadcrumb; the last entry is the page itself. */
export function Crumbs({ path }: { path: string }) {
  const crumbs = useNamedCrumbs(path, crumbsOf(path))
  if (crumbs.length === 0) return null
  return (
    <nav aria-label="Breadcrumb" style={{ minWidth: 0 }}>
      <ol className={classes.crumbs}>
        {crumbs.map((crumb, i) => (
          <li key={crumb.href ?? crumb.label}>
            {crumb.href ? (
              <>
                <Link href={crumb.href}>{crumb.label}</Link> <span aria-hidden>/</span>
              </>
            ) : (
              <span aria-current="page" style={{ fontWeight: i === 0 ? 650 : 600 }}>
                {crumb.label}
              </span>
            )}
          </li>
        ))}
      </ol>
    </nav>
  )
}
