/** Why a file was not pseudonymised, in both languages; no value is repeated. Pure. */
import type { RewriteRule } from '../dataset/rewrite.ts'
import type { IdentifierFault } from './identifier.ts'

export type FaultWord = RewriteRule | `identifier.${IdentifierFault}`

const words: Readonly<Record<FaultWord, string>> = {
  'identifier.empty': 'identifiant vide / empty identifier',
  'identifier.blank': 'espaces autour de l’identifiant / blanks around the identifier',
  'identifier.pseudonym':
    'déjà un pseudonyme : il faut la source / a pseudonym already: the source is needed',
  'identifier.nir': 'pas un NIR, ou clé fausse / no social security number, or its key is wrong',
  ragged: 'nombre de champs inattendu / unexpected number of fields',
  quote: 'guillemet égaré / stray quote',
  nul: 'octet nul / NUL byte',
  'line.length': 'ligne trop longue / line too long',
  gzip: 'gzip abîmé / damaged gzip',
  'gzip.ratio': 'gzip suspect / suspicious gzip',
  zip: 'zip abîmé / damaged zip',
  'zip.ratio': 'zip suspect / suspicious zip',
  'zip.members': 'le zip doit contenir un seul fichier / the zip must hold one file',
  'zip.nested': 'archive dans l’archive / archive within the archive',
  'zip.encrypted': 'zip chiffré / encrypted zip',
  'zip.zip64': 'zip64 : envoyez du gzip / zip64: use gzip',
  'zip.method': 'compression inconnue / unknown compression',
  encoding: 'octets hors du jeu de caractères / bytes outside the charset',
  format: 'illisible / cannot be read',
  dialect: 'fichier vide / empty file',
  json: 'pas un objet JSON à cet endroit, ou ni texte ni entier / no JSON object here, or neither text nor integer',
  kind: 'CSV ou NDJSON / CSV or NDJSON',
  'column.absent': 'colonne absente / column absent',
  'column.repeated': 'colonne répétée / column repeated',
}

/** `patients.nir, ligne/line 7: …` */
export function faultLine(
  word: FaultWord,
  { table, column, line }: { table: string; column?: string | undefined; line?: number | undefined },
): string {
  const place = [table, column].filter(Boolean).join('.')
  return `${place}${line === undefined ? '' : `, ligne/line ${line}`}: ${words[word]}`
}
