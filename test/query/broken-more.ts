/** More level-one statements written by hand, each with one fault; nothing here is ever removed. */
import { type Case, counted, frame, plain, unique } from './granted.ts'

export const brokenToo: Record<string, Case> = {
  'the catalogue beside persons': [
    'SELECT d.table_name, s.__pix, count(*) FROM care.stays s, duckdb_tables() d GROUP BY ALL',
    plain,
  ],
  'a frame of which persons choose the rows': [
    'SELECT region, __pix, count(*), count(pid) FROM (SELECT DISTINCT ON (r.label, p.__pix) r.region, p.__pix, p.pid FROM care.regions r LEFT JOIN care.persons p ON p.region = r.region ORDER BY r.label, p.__pix, p.born) GROUP BY ALL',
    frame,
  ],
  'a frame that is a product with persons': [
    'SELECT r.label, p.__pix, count(*), count(p.pid) FROM care.persons p, care.regions r GROUP BY ALL',
    frame,
  ],
  'a frame beside persons that is a product': [
    'SELECT r.label, p.__pix, count(*), count(p.pid) FROM care.regions r, care.persons p GROUP BY ALL',
    frame,
  ],
  'a frame that an inner join on public columns cuts': [
    'SELECT r.label, p.__pix, count(*), count(p.pid) FROM care.regions r JOIN care.persons p ON r.size > 3 GROUP BY ALL',
    frame,
  ],
  'a union that forgets whose rows some are': [
    'SELECT w, p, count(*) FROM (SELECT ward AS w, __pix AS p FROM care.stays UNION ALL SELECT ward, NULL FROM care.stays) GROUP BY ALL',
    plain,
  ],
  'the person key compared with a column, beside a join': [
    'SELECT s.ward, s.__pix, count(*) FROM care.stays s JOIN care.events e ON s.__pix = e.__pix AND s.__pix = e.code GROUP BY ALL',
    plain,
  ],
  'a forbidden aggregate within the person': [
    'SELECT g, __pix, 1::BIGINT FROM (SELECT __pix, reservoir_quantile(cost, 0.5) AS g FROM care.stays GROUP BY __pix)',
    unique,
  ],
  'a forbidden aggregate in a window': [
    'SELECT w, __pix, count(*) FROM (SELECT reservoir_quantile(cost, 0.5) OVER (PARTITION BY __pix) AS w, __pix FROM care.stays) GROUP BY ALL',
    plain,
  ],
  'a row number in a join': [
    'SELECT a.ward, a.__pix, count(*) FROM care.stays a JOIN care.stays b ON a.__pix = b.__pix AND a.rowid = b.rowid GROUP BY ALL',
    plain,
  ],
  'the person key as its own maximum': [
    'SELECT m, __pix, 1::BIGINT FROM (SELECT __pix, max(__pix) AS m FROM care.stays GROUP BY __pix)',
    unique,
  ],
  'persons who meet where both keys are missing': [
    'SELECT a.sex, a.own, count(*) FROM (SELECT p.sex, p.__pix AS own, s.__pix AS x FROM care.persons p LEFT JOIN care.stays s ON p.__pix = s.__pix) a, (SELECT p.__pix AS own, s.__pix AS x FROM care.persons p LEFT JOIN care.stays s ON p.__pix = s.__pix) b WHERE a.x IS NOT DISTINCT FROM b.x GROUP BY ALL',
    plain,
  ],
  'a count of half of the keys': [
    'SELECT p.sex, s.__pix, count(*), count(*) FROM care.persons p LEFT JOIN care.stays s ON p.__pix = s.__pix GROUP BY ALL',
    counted,
  ],
}
