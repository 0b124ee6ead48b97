/** Names and texts inside the statements that this room writes. */

export function name(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}

export function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}
