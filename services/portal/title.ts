/** The title of the window: what is done and how far it is, the page, the house. */

let page = ''
let progress: string | null = null

function write(): void {
  const named = progress === null ? page : `${progress} · ${page}`
  document.title = `${named} — huisclos`
}

export function setPageTitle(title: string): void {
  page = title
  write()
}

/** `42 %`; null when nothing is under way any more. */
export function setProgressTitle(next: string | null): void {
  progress = next
  write()
}
