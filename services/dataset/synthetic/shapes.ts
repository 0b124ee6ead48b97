/** The shapes that data can be invented in, and how much of it: known to the command line before an engine is loaded. */
import { lits } from './lits.ts'
import { mco } from './mco.ts'
import { omop } from './omop.ts'
import { rpu } from './rpu.ts'

export const shapes = { mco, rpu, omop, lits } as const
export type ShapeName = keyof typeof shapes
export const shapeNames = Object.keys(shapes) as readonly ShapeName[]

export const leastRows = 1000
export const mostRows = 50_000_000
