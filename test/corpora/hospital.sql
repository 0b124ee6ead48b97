-- A hospital and a health insurance of 3 000 persons over five years. Numbers are drawn from the row alone.
CREATE MACRO draw(one, what, n) AS (hash(one || '/' || what) % n)::INTEGER;

CREATE TABLE departments AS SELECT * FROM (VALUES
  ('14', 'Calvados', 'Normandie', 690000), ('27', 'Eure', 'Normandie', 600000), ('50', 'Manche', 'Normandie', 495000),
  ('61', 'Orne', 'Normandie', 280000), ('76', 'Seine-Maritime', 'Normandie', 1255000), ('75', 'Paris', 'Île-de-France', 2140000)
) t(dep, label, region, population);

CREATE TABLE communes AS
  SELECT dep || lpad(n::VARCHAR, 3, '0') AS insee, dep, 'Commune ' || dep || n AS label, n < 2 AS is_urban
  FROM (SELECT DISTINCT dep FROM departments) d, range(4) r(n);

CREATE TABLE hospitals AS SELECT * FROM (VALUES
  ('H1', 'CHU', '76', 'university', 420), ('H2', 'CH Nord', '76', 'general', 160), ('H3', 'CH Ouest', '14', 'general', 140),
  ('H4', 'Clinique', '27', 'private', 90), ('H5', 'CH fermé', '61', 'general', 30)
) t(hospital_id, name, dep, category, beds);

CREATE TABLE population AS
  SELECT dep, sex, age_group, (d.population / 8 + draw(dep || sex || age_group, 'people', 5000))::INTEGER AS people
  FROM departments d, (VALUES ('F'), ('M')) s(sex), (VALUES ('00-39'), ('40-59'), ('60-74'), ('75+')) a(age_group);

CREATE TABLE standard AS SELECT * FROM (VALUES ('00-39', 0.47), ('40-59', 0.26), ('60-74', 0.17), ('75+', 0.10)) t(age_group, weight);

CREATE TABLE charlson AS SELECT * FROM (VALUES
  ('I21', 'infarction', 1), ('I50', 'heart failure', 1), ('I63', 'stroke', 1), ('F00', 'dementia', 1), ('J44', 'copd', 1),
  ('E11', 'diabetes', 1), ('N18', 'kidney', 2), ('C50', 'cancer', 2), ('C34', 'cancer', 2), ('C78', 'metastasis', 6)
) t(prefix, illness, weight);

CREATE TABLE drugs AS SELECT * FROM (VALUES
  ('A10BA02', 'metformin', 'diabetes', 2.0), ('A10BB09', 'gliclazide', 'diabetes', 0.06), ('C07AB07', 'bisoprolol', 'heart', 10.0),
  ('C09AA05', 'ramipril', 'heart', 2.5), ('C10AA05', 'atorvastatin', 'lipids', 20.0), ('N02BE01', 'paracetamol', 'pain', 3.0),
  ('J01CA04', 'amoxicillin', 'infection', 1.5), ('N05BA12', 'alprazolam', 'mind', 1.0), ('B01AC06', 'aspirin', 'heart', 1.0)
) t(atc, label, class, ddd);

CREATE TABLE calendar AS SELECT CAST(day AS DATE) AS day FROM range(DATE '2019-01-01', DATE '2024-01-01', INTERVAL 1 DAY) r(day);

CREATE TABLE patients AS
  SELECT 'P' || lpad(i::VARCHAR, 5, '0') AS patient_id,
    CASE WHEN draw(i, 'sex', 100) < 53 THEN 'F' ELSE 'M' END AS sex,
    DATE '1926-01-01' + draw(i, 'birth', 31000) AS birth_date,
    ['76', '76', '76', '14', '14', '27', '27', '50', '61'][1 + draw(i, 'dep', 9)] AS dep,
    ['76', '76', '76', '14', '14', '27', '27', '50', '61'][1 + draw(i, 'dep', 9)] || lpad(draw(i, 'commune', 4)::VARCHAR, 3, '0') AS commune,
    CASE WHEN draw(i, 'smoker', 10) < 8 THEN ['never', 'former', 'current'][1 + draw(i, 'smoking', 3)] END AS smoking,
    CASE WHEN draw(i, 'death', 100) < 22 THEN DATE '2020-06-01' + draw(i, 'death day', 1300) END AS death_date
  FROM range(3000) r(i);

CREATE TABLE deaths AS
  SELECT patient_id, death_date, ['I21', 'C34', 'J44', 'I63', 'R99'][1 + draw(patient_id, 'cause', 5)] AS cause
  FROM patients WHERE death_date IS NOT NULL;

CREATE TABLE stays AS
  SELECT 'S' || lpad(row_number() OVER (ORDER BY patient_id, n)::VARCHAR, 6, '0') AS stay_id, patient_id,
    'H' || (1 + least(draw(key, 'hospital', 7) // 2, 3)) AS hospital_id,
    ['medicine', 'medicine', 'cardiology', 'surgery', 'surgery', 'neurology', 'geriatrics', 'icu'][1 + draw(key, 'ward', 8)] AS ward,
    entry_date, entry_date + (CASE WHEN draw(key, 'long', 10) < 3 THEN draw(key, 'los', 25) ELSE draw(key, 'los', 7) END) AS exit_date,
    ['emergency', 'emergency', 'home', 'transfer'][1 + draw(key, 'entry', 4)] AS entry_mode,
    CASE WHEN draw(key, 'exit', 50) > 0 THEN ['home', 'home', 'home', 'transfer'][1 + draw(key, 'exit', 4)] END AS exit_mode,
    ['05M09', '06C12', '04M05', '01M30', '08C24'][1 + draw(key, 'ghm', 5)] || (1 + draw(key, 'level', 4)) AS ghm,
    round(900 + draw(key, 'cost', 8000) * 0.75, 2) AS cost
  FROM (
    SELECT patient_id, n, patient_id || '/' || n AS key,
      DATE '2019-01-01' + (draw(patient_id, 'first', 1000) + n * (12 + draw(patient_id || n, 'gap', 210)))::INTEGER AS entry_date
    FROM patients, range(6) r(n) WHERE n < draw(patient_id, 'stays', 7)
  );

CREATE TABLE diagnoses AS
  SELECT stay_id, patient_id,
    ['I210', 'I500', 'I501', 'I639', 'F009', 'J441', 'E112', 'E119', 'N183', 'C509', 'C341', 'C787', 'I10', 'E780', 'Z511', 'R074', 'K802', 'M170'][1 + draw(stay_id || n, 'code', 18)] AS code,
    CASE WHEN n = 0 THEN 'DP' WHEN n = 1 AND draw(stay_id, 'role', 5) = 0 THEN 'DR' ELSE 'DAS' END AS role
  FROM stays, range(5) r(n) WHERE n <= draw(stay_id, 'codes', 5);

CREATE TABLE procedures AS
  SELECT stay_id, patient_id, ['DDQH009', 'DEQP003', 'ZBQK002', 'NFKA007', 'HFCC003', 'GLLD004'][1 + draw(stay_id || n, 'act', 6)] AS act,
    entry_date + draw(stay_id || n, 'act day', 3) AS act_date, 1 + draw(stay_id || n, 'phase', 2) AS phase
  FROM stays, range(3) r(n) WHERE n < draw(stay_id, 'acts', 4);

CREATE TABLE dispensings AS
  SELECT patient_id, ['A10BA02', 'A10BB09', 'C07AB07', 'C09AA05', 'C10AA05', 'N02BE01', 'J01CA04', 'N05BA12', 'B01AC06', 'C10AA05'][1 + draw(patient_id || n, 'atc', 10)] AS atc,
    DATE '2019-01-01' + draw(patient_id || n, 'delivery', 1800) AS delivered, 1 + draw(patient_id || n, 'boxes', 3) AS boxes,
    30.0 * (1 + draw(patient_id || n, 'boxes', 3)) AS days, ['GP', 'specialist', 'hospital'][1 + draw(patient_id || n, 'prescriber', 3)] AS prescriber
  FROM patients, range(14) r(n) WHERE n < draw(patient_id, 'deliveries', 15);

CREATE TABLE labs AS
  SELECT stay_id, patient_id, ['creatinine', 'creatinine', 'haemoglobin', 'sodium', 'crp', 'hba1c'][1 + draw(stay_id || n, 'test', 6)] AS test,
    entry_date::TIMESTAMP + to_hours(draw(stay_id || n, 'hour', 96)) + to_minutes(n) AS taken_at,
    round(CASE draw(stay_id || n, 'test', 6) WHEN 0 THEN 60 WHEN 1 THEN 60 WHEN 2 THEN 9 WHEN 3 THEN 128 WHEN 4 THEN 1 ELSE 5 END + draw(stay_id || n, 'value', 400) / 20.0, 1) AS value
  FROM stays, range(7) r(n) WHERE n < draw(stay_id, 'labs', 8);

-- The same persons as an OMOP common data model.
CREATE TABLE concept AS SELECT * FROM (VALUES
  (8507, 'MALE', 'Gender'), (8532, 'FEMALE', 'Gender'), (9201, 'Inpatient Visit', 'Visit'), (9203, 'Emergency Room Visit', 'Visit'),
  (201820, 'Diabetes mellitus', 'Condition'), (201826, 'Type 2 diabetes mellitus', 'Condition'), (316139, 'Heart failure', 'Condition'),
  (319835, 'Congestive heart failure', 'Condition'), (134057, 'Disorder of cardiovascular system', 'Condition'),
  (4329847, 'Myocardial infarction', 'Condition'), (1503297, 'metformin', 'Drug'), (1545958, 'atorvastatin', 'Drug'), (3016723, 'Creatinine', 'Measurement')
) t(concept_id, concept_name, domain_id);
CREATE TABLE concept_ancestor AS SELECT * FROM (VALUES
  (201820, 201820), (201820, 201826), (201826, 201826), (134057, 316139), (134057, 319835), (134057, 4329847), (316139, 316139), (316139, 319835), (4329847, 4329847)
) t(ancestor_concept_id, descendant_concept_id);
CREATE TABLE person AS
  SELECT patient_id AS person_id, CASE sex WHEN 'F' THEN 8532 ELSE 8507 END AS gender_concept_id, year(birth_date)::INTEGER AS year_of_birth, dep AS location FROM patients;
CREATE TABLE observation_period AS
  SELECT patient_id AS person_id, DATE '2019-01-01' AS observation_period_start_date, least(coalesce(death_date, DATE '2023-12-31'), DATE '2023-12-31') AS observation_period_end_date FROM patients;
CREATE TABLE visit_occurrence AS
  SELECT stay_id AS visit_occurrence_id, patient_id AS person_id, CASE entry_mode WHEN 'emergency' THEN 9203 ELSE 9201 END AS visit_concept_id,
    entry_date AS visit_start_date, exit_date AS visit_end_date FROM stays;
CREATE TABLE condition_occurrence AS
  SELECT stay_id AS visit_occurrence_id, d.patient_id AS person_id,
    CASE WHEN code LIKE 'E11%' THEN 201826 WHEN code = 'I500' THEN 316139 WHEN code = 'I501' THEN 319835 WHEN code LIKE 'I21%' THEN 4329847 ELSE 0 END AS condition_concept_id,
    s.entry_date AS condition_start_date FROM diagnoses d JOIN stays s USING (stay_id);
CREATE TABLE drug_exposure AS
  SELECT patient_id AS person_id, CASE atc WHEN 'A10BA02' THEN 1503297 ELSE 1545958 END AS drug_concept_id, delivered AS drug_exposure_start_date, days::INTEGER AS days_supply
  FROM dispensings WHERE atc IN ('A10BA02', 'C10AA05');
CREATE TABLE measurement AS
  SELECT patient_id AS person_id, 3016723 AS measurement_concept_id, taken_at::DATE AS measurement_date, value AS value_as_number FROM labs WHERE test = 'creatinine';
