/** The tables of a dataset and their columns, in the words of CSVW. Pure. */
import type { Field, Resource } from '../descriptor.ts'
import { known, named, node, text, typed } from './terms.ts'
import type { Curie, Triple } from './triples.ts'

/** XML Schema has a type for each of a Table Schema but for numbers with a point, which are doubles. */
const datatypes = {
  string: 'xsd:string',
  integer: 'xsd:integer',
  number: 'xsd:double',
  boolean: 'xsd:boolean',
  date: 'xsd:date',
  datetime: 'xsd:dateTime',
  time: 'xsd:time',
} as const satisfies Readonly<Record<Field['type'], Curie>>

/** `at` names a part of the dataset. */
export function tableTriples(
  at: (part: string) => string,
  { name, title, description, schema }: Resource,
): Triple[] {
  const columns = schema.fields.map((field) => ({ field, iri: at(`column-${name}-${field.name}`) }))
  return [
    ...node(at(`table-${name}`), {
      'rdf:type': known('csvw:Table'),
      'csvw:name': text(name),
      'dct:title': title === undefined ? undefined : text(title, 'fr'),
      'dct:description': description === undefined ? undefined : text(description, 'fr'),
      'csvw:tableSchema': named(at(`schema-${name}`)),
    }),
    ...node(at(`schema-${name}`), {
      'rdf:type': known('csvw:Schema'),
      'csvw:column': columns.map(({ iri }) => named(iri)),
    }),
    ...columns.flatMap(({ field, iri }) => columnTriples(iri, field)),
  ]
}

function columnTriples(iri: string, { name, type, title, description, constraints }: Field): Triple[] {
  return node(iri, {
    'rdf:type': known('csvw:Column'),
    'csvw:name': text(name),
    'csvw:title': title === undefined ? undefined : text(title, 'fr'),
    'dct:description': description === undefined ? undefined : text(description, 'fr'),
    'csvw:datatype': known(datatypes[type]),
    'csvw:required': constraints?.required === true ? typed('true', 'xsd:boolean') : undefined,
  })
}
