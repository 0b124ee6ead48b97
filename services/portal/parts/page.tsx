import { type ReactNode, useEffect, useRef } from 'react'
import { setPageTitle } from '../title.ts'

export interface PageProps {
  readonly title: string
  /** What this page is for, in one sentence. */
  readonly lead?: string
  /** Links to the pages above, nearest last. */
  readonly crumbs?: ReactNode
  /** Buttons that act on the whole page. */
  readonly actions?: ReactNode
  readonly children: ReactNode
}

/** What every page begins with. A reader by ear or by keyboard starts at the title when the page changes. */
export function PageBody({ title, lead, crumbs, actions, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    setPageTitle(title)
    heading.current?.focus({ preventScroll: true })
  }, [title])
  return (
    <>
      {crumbs && <div className="crumbs">{crumbs}</div>}
      <div className="page-head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {actions && <div className="actions">{actions}</div>}
      </div>
      {lead && <p className="lead">{lead}</p>}
      {children}
    </>
  )
}
