/** A small dataset of two tables, and files for it. */

export const small = (name: string) => ({
  name,
  kind: 'personal',
  holder: 'chu-rouen',
  resources: [
    {
      name: 'people',
      schema: {
        primaryKey: ['id'],
        fields: [
          { name: 'id', type: 'integer', role: 'unit' },
          { name: 'label' },
          { name: 'weight', type: 'number', bounds: [0, 500] },
          { name: 'born', type: 'date', quasiIdentifier: 'NAISSANCE_MOIS_ANNEE' },
        ],
      },
    },
    {
      name: 'acts',
      schema: {
        foreignKeys: [{ fields: ['person'], reference: { resource: 'people', fields: ['id'] } }],
        fields: [
          { name: 'person', type: 'integer' },
          { name: 'act', type: 'integer', role: 'key' },
        ],
      },
    },
  ],
})

export const people = 'id;label;weight;born\n1;a;70,5;01/02/1960\n2;b;;29/02/2024\n'
export const acts = 'person;act\n1;10\n1;11\n2;12\n'
