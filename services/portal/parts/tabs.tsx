import { Link } from '@tanstack/react-router'

interface Tab {
  readonly id: string
  readonly label: string
}

interface TabsProps {
  readonly label: string
  readonly tabs: readonly Tab[]
  readonly current: string
}

/** Parts of one page as links: the address says which is open, so that it can be copied and gone back to. */
export function Tabs({ label, tabs, current }: TabsProps) {
  return (
    <nav aria-label={label} className="tabs">
      {tabs.map(({ id, label: name }) => (
        <Link
          key={id}
          to="."
          search={(before) => ({ ...before, tab: id })}
          aria-current={id === current ? 'page' : undefined}
          resetScroll={false}
        >
          {name}
        </Link>
      ))}
    </nav>
  )
}
