import type { ReactNode } from 'react'

/** What may be wider than the screen: it scrolls by itself, by keyboard too, and says what it is. */
export function Region({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is scrolled by keyboard too
    <section className="wide" tabIndex={0} aria-label={label}>
      {children}
    </section>
  )
}
