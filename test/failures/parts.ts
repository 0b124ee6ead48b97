import type { Dependency } from './cell.ts'
export const parts = {} satisfies Readonly<Record<string, Dependency>>
