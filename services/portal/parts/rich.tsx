import { Fragment } from 'react'

/** A sentence in which what stands between backticks is code; it knows no other markup, and nothing in it is set as HTML. */
export function Rich({ text }: { readonly text: string }) {
  // Every second piece stood between backticks; one that was never closed is text.
  const pieces = text.split(/`([^`]+)`/)
  return pieces.map((piece, at) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text never change places
    at % 2 === 1 ? <code key={at}>{piece}</code> : <Fragment key={at}>{piece}</Fragment>,
  )
}
