-- Intensive care as hospitals record it: events by item number. Numbers are drawn from the row alone.
CREATE MACRO draw(one, what, n) AS (hash(one || '/' || what) % n)::INTEGER;
CREATE TABLE d_items AS SELECT * FROM (VALUES
  (220045, 'Heart Rate', 'vitals'), (220179, 'Systolic pressure', 'vitals'), (220180, 'Diastolic pressure', 'vitals'), (220052, 'Mean pressure', 'vitals'), (220210, 'Respiratory Rate', 'vitals'),
  (223761, 'Temperature F', 'vitals'), (220277, 'SpO2', 'vitals'), (220739, 'Eye opening', 'gcs'), (223900, 'Verbal response', 'gcs'), (223901, 'Motor response', 'gcs'),
  (223835, 'FiO2', 'ventilation'), (223849, 'Ventilator mode', 'ventilation'), (226512, 'Admission weight', 'body'), (226730, 'Height', 'body'), (221906, 'Norepinephrine', 'drugs'), (221289, 'Epinephrine', 'drugs'), (222168, 'Propofol', 'drugs')
) t(itemid, label, category);
CREATE TABLE d_labitems AS SELECT * FROM (VALUES
  (50912, 'Creatinine'), (50885, 'Bilirubin'), (51265, 'Platelets'), (50813, 'Lactate'), (50821, 'pO2'), (50818, 'pCO2'), (50820, 'pH'), (51301, 'White cells'), (51222, 'Haemoglobin'), (50983, 'Sodium'), (50971, 'Potassium'), (50882, 'Bicarbonate'), (51006, 'Urea'), (50931, 'Glucose')
) t(itemid, label);
CREATE TABLE patients AS SELECT 'P' || i AS subject_id, CASE WHEN draw(i, 'sex', 2) = 0 THEN 'F' ELSE 'M' END AS gender, 40 + draw(i, 'age', 50) AS anchor_age, 2150 AS anchor_year,
  CASE WHEN draw(i, 'dead', 4) = 0 THEN DATE '2150-06-01' + draw(i, 'dod', 400) END AS dod FROM range(600) r(i);
CREATE TABLE admissions AS
  SELECT 'H' || subject_id || n AS hadm_id, subject_id, TIMESTAMP '2150-01-01 00:00:00' + to_hours(draw(subject_id || n, 'adm', 5000) + n * 6000) AS admittime,
    TIMESTAMP '2150-01-01 00:00:00' + to_hours(draw(subject_id || n, 'adm', 5000) + n * 6000 + 200 + draw(subject_id || n, 'stay', 200)) AS dischtime,
    ['EMERGENCY', 'URGENT', 'ELECTIVE'][1 + draw(subject_id || n, 'type', 3)] AS admission_type, CASE WHEN draw(subject_id || n, 'died', 6) = 0 THEN 1 ELSE 0 END AS hospital_expire_flag,
    ['WHITE', 'BLACK', 'ASIAN', 'OTHER'][1 + draw(subject_id, 'race', 4)] AS race FROM patients, range(2) r(n) WHERE n = 0 OR draw(subject_id, 'twice', 4) = 0;
CREATE TABLE icustays AS
  SELECT 'I' || hadm_id AS stay_id, hadm_id, subject_id, ['MICU', 'SICU', 'CCU'][1 + draw(hadm_id, 'unit', 3)] AS first_careunit, admittime + to_hours(2 + draw(hadm_id, 'wait', 20)) AS intime,
    admittime + to_hours(2 + draw(hadm_id, 'wait', 20) + 20 + draw(hadm_id, 'icu', 70)) AS outtime FROM admissions;
CREATE TABLE chartevents AS
  SELECT subject_id, hadm_id, stay_id, intime + to_minutes(draw(stay_id || n, 'minute', 3000) - 60) AS charttime, itemid,
    round(CASE itemid WHEN 220045 THEN 60 + d % 80 WHEN 220179 THEN 80 + d % 90 WHEN 220180 THEN 40 + d % 50 WHEN 220052 THEN 50 + d % 60 WHEN 220210 THEN 8 + d % 30 WHEN 223761 THEN 96 + d % 9 WHEN 220277 THEN 85 + d % 16
      WHEN 220739 THEN 1 + d % 4 WHEN 223900 THEN 1 + d % 5 WHEN 223901 THEN 1 + d % 6 WHEN 223835 THEN 21 + d % 79 WHEN 223849 THEN d % 3 WHEN 226512 THEN 45 + d % 70 ELSE 150 + d % 45 END + 0.0, 1) AS valuenum
  FROM (SELECT *, [220045, 220179, 220180, 220052, 220210, 223761, 220277, 220739, 223900, 223901, 223835, 223849, 226512, 226730][1 + n % 14] AS itemid, draw(stay_id || n, 'value', 1000) AS d FROM icustays, range(70) r(n)) e;
CREATE TABLE labevents AS
  SELECT subject_id, hadm_id, 'L' || hadm_id || (n // 7) AS specimen_id, intime + to_hours((n // 7) * 7 - 8) AS charttime, itemid,
    round(CASE itemid WHEN 50912 THEN 0.5 + d % 40 / 10 WHEN 50885 THEN 0.3 + d % 90 / 10 WHEN 51265 THEN 30 + d % 300 WHEN 50813 THEN 0.5 + d % 80 / 10 WHEN 50821 THEN 50 + d % 200 WHEN 50818 THEN 25 + d % 40 WHEN 50820 THEN 7 + d % 60 / 100
      WHEN 51301 THEN 2 + d % 25 WHEN 51222 THEN 6 + d % 10 WHEN 50983 THEN 125 + d % 30 WHEN 50971 THEN 2.5 + d % 40 / 10 WHEN 50882 THEN 12 + d % 25 WHEN 51006 THEN 5 + d % 80 ELSE 60 + d % 250 END + 0.0, 2) AS valuenum
  FROM (SELECT *, [50912, 50885, 51265, 50813, 50821, 50818, 50820, 51301, 51222, 50983, 50971, 50882, 51006, 50931][1 + (n + draw(stay_id, 'shift', 2) * 7) % 14] AS itemid, draw(stay_id || n, 'lab', 1000) AS d FROM icustays, range(63) r(n)) e;
CREATE TABLE inputevents AS
  SELECT subject_id, hadm_id, stay_id, [221906, 221906, 221289, 222168][1 + draw(stay_id || n, 'item', 4)] AS itemid, intime + to_hours(n * 6) AS starttime, intime + to_hours(n * 6 + 1 + draw(stay_id || n, 'long', 8)) AS endtime,
    (1 + draw(stay_id || n, 'rate', 40)) / 100.0 AS rate FROM icustays, range(5) r(n) WHERE draw(stay_id, 'shock', 3) > 0 AND draw(stay_id || n, 'given', 3) > 0;
CREATE TABLE outputevents AS SELECT subject_id, stay_id, intime + to_hours(n * 4) AS charttime, 226559 AS itemid, 20.0 + draw(stay_id || n, 'urine', 400) AS value FROM icustays, range(12) r(n);
CREATE TABLE prescriptions AS
  SELECT subject_id, hadm_id, ['Vancomycin', 'Cefepime', 'Piperacillin-Tazobactam', 'Furosemide', 'Heparin', 'Meropenem'][1 + draw(hadm_id || n, 'drug', 6)] AS drug, ['IV', 'PO', 'IV'][1 + draw(hadm_id || n, 'route', 3)] AS route,
    admittime + to_hours(draw(hadm_id || n, 'from', 100)) AS starttime, admittime + to_hours(draw(hadm_id || n, 'from', 100) + 12 + draw(hadm_id || n, 'to', 90)) AS stoptime FROM admissions, range(6) r(n) WHERE n < draw(hadm_id, 'drugs', 7);
CREATE TABLE microbiologyevents AS
  SELECT subject_id, hadm_id, admittime + to_hours(draw(hadm_id || n, 'sample', 120)) AS charttime, ['BLOOD CULTURE', 'URINE', 'SPUTUM'][1 + draw(hadm_id || n, 'spec', 3)] AS spec_type_desc, CASE WHEN draw(hadm_id || n, 'org', 3) = 0 THEN 'ESCHERICHIA COLI' END AS org_name FROM admissions, range(3) r(n) WHERE n < draw(hadm_id, 'samples', 4);
CREATE TABLE diagnoses_icd AS
  SELECT subject_id, hadm_id, n + 1 AS seq_num, CASE WHEN draw(hadm_id || n, 'v', 2) = 0 THEN 9 ELSE 10 END AS icd_version,
    CASE WHEN draw(hadm_id || n, 'v', 2) = 0 THEN ['4280', '41071', '25000', '5859', '496', '1970', '5712', '29410'][1 + draw(hadm_id || n, 'icd', 8)] ELSE ['I509', 'I214', 'E119', 'N189', 'J449', 'C787', 'K7460', 'F0390'][1 + draw(hadm_id || n, 'icd', 8)] END AS icd_code FROM admissions, range(6) r(n);
