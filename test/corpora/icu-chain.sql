-- age at each admission
CREATE TABLE age AS SELECT a.subject_id, a.hadm_id, a.admittime, p.anchor_age + (extract(year FROM a.admittime) - p.anchor_year) AS age FROM admissions a INNER JOIN patients p ON p.subject_id = a.subject_id;

-- one row per stay with its order
CREATE TABLE icustay_detail AS
SELECT ie.subject_id, ie.hadm_id, ie.stay_id, p.gender, p.dod, a.admittime, a.dischtime, date_diff('hour', a.admittime, a.dischtime) / 24.0 AS los_hospital, ag.age AS admission_age, a.race, a.hospital_expire_flag,
  dense_rank() OVER (PARTITION BY a.subject_id ORDER BY a.admittime) AS hospstay_seq, CASE WHEN dense_rank() OVER (PARTITION BY a.subject_id ORDER BY a.admittime) = 1 THEN true ELSE false END AS first_hosp_stay,
  ie.intime AS icu_intime, ie.outtime AS icu_outtime, round(date_diff('hour', ie.intime, ie.outtime) / 24.0, 2) AS los_icu, row_number() OVER (PARTITION BY ie.hadm_id, ie.subject_id ORDER BY ie.intime) AS icustay_seq
FROM icustays ie JOIN admissions a ON ie.hadm_id = a.hadm_id JOIN patients p ON ie.subject_id = p.subject_id LEFT JOIN age ag ON ag.hadm_id = ie.hadm_id;

-- limits of each stay by its heart rates
CREATE TABLE icustay_times AS SELECT ie.subject_id, ie.hadm_id, ie.stay_id, min(ce.charttime) AS intime_hr, max(ce.charttime) AS outtime_hr FROM icustays ie LEFT JOIN chartevents ce ON ie.stay_id = ce.stay_id AND ce.itemid = 220045 AND ce.charttime > ie.intime - INTERVAL '1' MONTH AND ce.charttime < ie.outtime + INTERVAL '1' MONTH GROUP BY ie.subject_id, ie.hadm_id, ie.stay_id;

-- hours of each stay, from a public series
CREATE TABLE icustay_hourly AS SELECT ie.stay_id, ie.subject_id, h.hr, ie.intime + to_hours(h.hr) AS endtime FROM icustays ie CROSS JOIN range(-24, 120) AS h(hr) WHERE h.hr <= ceil(date_diff('minute', ie.intime, ie.outtime) / 60.0);

-- vital signs in columns
CREATE TABLE vitalsign AS
SELECT ce.subject_id, ce.stay_id, ce.charttime,
  avg(CASE WHEN itemid IN (220045) AND valuenum > 0 AND valuenum < 300 THEN valuenum END) AS heart_rate,
  avg(CASE WHEN itemid IN (220179, 220050) AND valuenum > 0 AND valuenum < 400 THEN valuenum END) AS sbp,
  avg(CASE WHEN itemid IN (220180, 220051) AND valuenum > 0 AND valuenum < 300 THEN valuenum END) AS dbp,
  avg(CASE WHEN itemid IN (220052, 225312) AND valuenum > 0 AND valuenum < 300 THEN valuenum END) AS mbp,
  avg(CASE WHEN itemid IN (220210, 224690) AND valuenum > 0 AND valuenum < 70 THEN valuenum END) AS resp_rate,
  round(CAST(avg(CASE WHEN itemid IN (223761) AND valuenum > 70 AND valuenum < 120 THEN (valuenum - 32) / 1.8 WHEN itemid IN (223762) AND valuenum > 10 AND valuenum < 50 THEN valuenum END) AS DOUBLE), 2) AS temperature,
  avg(CASE WHEN itemid IN (220277) AND valuenum > 0 AND valuenum <= 100 THEN valuenum END) AS spo2
FROM chartevents ce WHERE NOT ce.stay_id IS NULL AND ce.itemid IN (220045, 220179, 220050, 220180, 220051, 220052, 225312, 220210, 224690, 223761, 223762, 220277)
GROUP BY ce.subject_id, ce.stay_id, ce.charttime;

-- vital signs of the first day
CREATE TABLE first_day_vitalsign AS SELECT ie.subject_id, ie.stay_id, min(heart_rate) AS heart_rate_min, max(heart_rate) AS heart_rate_max, avg(heart_rate) AS heart_rate_avg, min(sbp) AS sbp_min, max(sbp) AS sbp_max, avg(sbp) AS sbp_avg, min(dbp) AS dbp_min, max(dbp) AS dbp_max, avg(dbp) AS dbp_avg, min(mbp) AS mbp_min, max(mbp) AS mbp_max, avg(mbp) AS mbp_avg, min(resp_rate) AS resp_rate_min, max(resp_rate) AS resp_rate_max, avg(resp_rate) AS resp_rate_avg, min(temperature) AS temperature_min, max(temperature) AS temperature_max, avg(temperature) AS temperature_avg, min(spo2) AS spo2_min, max(spo2) AS spo2_max, avg(spo2) AS spo2_avg FROM icustays ie LEFT JOIN vitalsign ce ON ie.stay_id = ce.stay_id AND ce.charttime >= ie.intime - INTERVAL '6' HOUR AND ce.charttime <= ie.intime + INTERVAL '1' DAY GROUP BY ie.subject_id, ie.stay_id;

-- chemistry per specimen
CREATE TABLE chemistry AS
SELECT max(subject_id) AS subject_id, max(hadm_id) AS hadm_id, max(charttime) AS charttime, le.specimen_id,
  max(CASE WHEN itemid = 50912 AND valuenum <= 150 THEN valuenum ELSE NULL END) AS creatinine,
  max(CASE WHEN itemid = 51006 AND valuenum <= 300 THEN valuenum ELSE NULL END) AS bun,
  max(CASE WHEN itemid = 50983 AND valuenum <= 200 THEN valuenum ELSE NULL END) AS sodium,
  max(CASE WHEN itemid = 50971 AND valuenum <= 30 THEN valuenum ELSE NULL END) AS potassium,
  max(CASE WHEN itemid = 50882 AND valuenum <= 100 THEN valuenum ELSE NULL END) AS bicarbonate,
  max(CASE WHEN itemid = 50931 AND valuenum <= 10000 THEN valuenum ELSE NULL END) AS glucose
FROM labevents le WHERE le.itemid IN (50912, 51006, 50983, 50971, 50882, 50931) AND NOT valuenum IS NULL AND valuenum > 0 GROUP BY le.specimen_id;

-- complete_blood_count per specimen
CREATE TABLE complete_blood_count AS
SELECT max(subject_id) AS subject_id, max(hadm_id) AS hadm_id, max(charttime) AS charttime, le.specimen_id,
  max(CASE WHEN itemid = 51265 AND valuenum <= 10000 THEN valuenum ELSE NULL END) AS platelet,
  max(CASE WHEN itemid = 51301 AND valuenum <= 1000 THEN valuenum ELSE NULL END) AS wbc,
  max(CASE WHEN itemid = 51222 AND valuenum <= 50 THEN valuenum ELSE NULL END) AS hemoglobin
FROM labevents le WHERE le.itemid IN (51265, 51301, 51222) AND NOT valuenum IS NULL AND valuenum > 0 GROUP BY le.specimen_id;

-- enzyme per specimen
CREATE TABLE enzyme AS
SELECT max(subject_id) AS subject_id, max(hadm_id) AS hadm_id, max(charttime) AS charttime, le.specimen_id,
  max(CASE WHEN itemid = 50885 AND valuenum <= 10000 THEN valuenum ELSE NULL END) AS bilirubin_total
FROM labevents le WHERE le.itemid IN (50885) AND NOT valuenum IS NULL AND valuenum > 0 GROUP BY le.specimen_id;

-- blood gases per specimen, with the nearest fraction of oxygen before
CREATE TABLE bg AS
WITH bg AS (
  SELECT subject_id, hadm_id, specimen_id, max(charttime) AS charttime, max(CASE WHEN itemid = 50813 AND valuenum <= 10000 THEN valuenum END) AS lactate, max(CASE WHEN itemid = 50821 AND valuenum <= 800 THEN valuenum END) AS po2,
    max(CASE WHEN itemid = 50818 THEN valuenum END) AS pco2, max(CASE WHEN itemid = 50820 THEN valuenum END) AS ph
  FROM labevents le WHERE le.itemid IN (50813, 50821, 50818, 50820) GROUP BY subject_id, hadm_id, specimen_id
), fio2 AS (
  SELECT subject_id, charttime, max(CASE WHEN valuenum > 0.2 AND valuenum <= 1 THEN valuenum * 100 WHEN valuenum > 1 AND valuenum < 20 THEN NULL WHEN valuenum >= 20 AND valuenum <= 100 THEN valuenum ELSE NULL END) AS fio2_chart
  FROM chartevents WHERE itemid = 223835 AND valuenum > 0 AND valuenum <= 100 GROUP BY subject_id, charttime
), joined AS (
  SELECT bg.*, row_number() OVER (PARTITION BY bg.subject_id, bg.charttime, bg.specimen_id ORDER BY s1.charttime DESC) AS lastrow, s1.fio2_chart
  FROM bg LEFT JOIN fio2 s1 ON bg.subject_id = s1.subject_id AND s1.charttime BETWEEN bg.charttime - INTERVAL '4' HOUR AND bg.charttime AND s1.fio2_chart > 0
)
SELECT subject_id, hadm_id, specimen_id, charttime, po2, pco2, ph, lactate, fio2_chart, CASE WHEN po2 IS NULL THEN NULL WHEN NOT fio2_chart IS NULL THEN 100 * po2 / fio2_chart ELSE NULL END AS pao2fio2ratio
FROM joined WHERE lastrow = 1;

-- laboratory of the first day
CREATE TABLE first_day_lab AS
WITH cbc AS (SELECT ie.stay_id, ie.subject_id, min(hemoglobin) AS hemoglobin_min, max(hemoglobin) AS hemoglobin_max, min(platelet) AS platelets_min, max(platelet) AS platelets_max, min(wbc) AS wbc_min, max(wbc) AS wbc_max
    FROM icustays ie LEFT JOIN complete_blood_count le ON le.subject_id = ie.subject_id AND le.charttime >= ie.intime - INTERVAL '6' HOUR AND le.charttime <= ie.intime + INTERVAL '1' DAY GROUP BY ie.stay_id, ie.subject_id),
  chem AS (SELECT ie.stay_id, ie.subject_id, min(creatinine) AS creatinine_min, max(creatinine) AS creatinine_max, min(bun) AS bun_min, max(bun) AS bun_max, min(sodium) AS sodium_min, max(sodium) AS sodium_max, min(potassium) AS potassium_min, max(potassium) AS potassium_max, min(bicarbonate) AS bicarbonate_min
    FROM icustays ie LEFT JOIN chemistry le ON le.subject_id = ie.subject_id AND le.charttime >= ie.intime - INTERVAL '6' HOUR AND le.charttime <= ie.intime + INTERVAL '1' DAY GROUP BY ie.stay_id, ie.subject_id),
  enz AS (SELECT ie.stay_id, ie.subject_id, max(bilirubin_total) AS bilirubin_max FROM icustays ie LEFT JOIN enzyme le ON le.subject_id = ie.subject_id AND le.charttime BETWEEN ie.intime - INTERVAL '6' HOUR AND ie.intime + INTERVAL '1' DAY GROUP BY 1, 2)
SELECT ie.subject_id, ie.stay_id, hemoglobin_min, hemoglobin_max, platelets_min, platelets_max, wbc_min, wbc_max, creatinine_min, creatinine_max, bun_min, bun_max, sodium_min, sodium_max, potassium_min, potassium_max, bicarbonate_min, bilirubin_max
FROM icustays ie LEFT JOIN cbc ON ie.stay_id = cbc.stay_id LEFT JOIN chem ON ie.stay_id = chem.stay_id LEFT JOIN enz ON ie.stay_id = enz.stay_id;

-- blood gases of the first day
CREATE TABLE first_day_bg AS SELECT ie.subject_id, ie.stay_id, min(lactate) AS lactate_min, max(lactate) AS lactate_max, min(ph) AS ph_min, max(ph) AS ph_max, min(pao2fio2ratio) AS pao2fio2ratio_min FROM icustays ie LEFT JOIN bg ON ie.subject_id = bg.subject_id AND bg.charttime >= ie.intime - INTERVAL 6 HOUR AND bg.charttime <= ie.intime + INTERVAL 1 DAY GROUP BY ALL;

-- coma score with what was seen before
CREATE TABLE gcs AS
WITH base AS (
  SELECT subject_id, ce.stay_id, ce.charttime, max(CASE WHEN ce.itemid = 223901 THEN ce.valuenum ELSE NULL END) AS gcsmotor, max(CASE WHEN ce.itemid = 223900 THEN ce.valuenum ELSE NULL END) AS gcsverbal, max(CASE WHEN ce.itemid = 220739 THEN ce.valuenum ELSE NULL END) AS gcseyes,
    row_number() OVER (PARTITION BY ce.stay_id ORDER BY ce.charttime ASC) AS rn
  FROM chartevents ce WHERE ce.itemid IN (223900, 223901, 220739) GROUP BY ce.subject_id, ce.stay_id, ce.charttime
), gcs AS (
  SELECT b.*, b2.gcsverbal AS gcsverbalprev, b2.gcsmotor AS gcsmotorprev, b2.gcseyes AS gcseyesprev,
    coalesce(b.gcsmotor, coalesce(b2.gcsmotor, 6)) + coalesce(b.gcsverbal, coalesce(b2.gcsverbal, 5)) + coalesce(b.gcseyes, coalesce(b2.gcseyes, 4)) AS gcs
  FROM base b LEFT JOIN base b2 ON b.stay_id = b2.stay_id AND b.rn = b2.rn + 1 AND b2.charttime > b.charttime - INTERVAL '6' HOUR
)
SELECT subject_id, stay_id, charttime, gcs, coalesce(gcsmotor, gcsmotorprev) AS gcs_motor, coalesce(gcsverbal, gcsverbalprev) AS gcs_verbal, coalesce(gcseyes, gcseyesprev) AS gcs_eyes FROM gcs;

-- worst coma score of the first day
CREATE TABLE first_day_gcs AS
WITH final AS (SELECT ie.subject_id, ie.stay_id, g.gcs, row_number() OVER (PARTITION BY g.stay_id ORDER BY g.gcs, g.charttime) AS gcs_seq FROM icustays ie LEFT JOIN gcs g ON ie.stay_id = g.stay_id AND g.charttime >= ie.intime - INTERVAL '6' HOUR AND g.charttime <= ie.intime + INTERVAL '1' DAY)
SELECT ie.subject_id, ie.stay_id, gcs AS gcs_min FROM icustays ie LEFT JOIN final gs ON ie.stay_id = gs.stay_id AND gs.gcs_seq = 1;

-- urine output
CREATE TABLE urine_output AS WITH uo AS (SELECT oe.subject_id, oe.stay_id, oe.charttime, CASE WHEN oe.itemid = 227488 AND oe.value > 0 THEN -1 * oe.value ELSE oe.value END AS urineoutput FROM outputevents oe WHERE itemid IN (226559, 226560, 227488)) SELECT subject_id, stay_id, charttime, sum(urineoutput) AS urineoutput FROM uo GROUP BY subject_id, stay_id, charttime;

-- urine output of the first day
CREATE TABLE first_day_urine_output AS SELECT ie.subject_id, ie.stay_id, sum(urineoutput) AS urineoutput FROM icustays ie LEFT JOIN urine_output uo ON ie.stay_id = uo.stay_id AND uo.charttime >= ie.intime AND uo.charttime <= ie.intime + INTERVAL '1' DAY GROUP BY ie.subject_id, ie.stay_id;

-- weights and how long each holds
CREATE TABLE weight_durations AS
WITH wt AS (SELECT c.subject_id, c.stay_id, c.charttime, CASE WHEN c.itemid = 226512 THEN 'admit' ELSE 'daily' END AS weight_type, c.valuenum AS weight FROM chartevents c WHERE NOT c.valuenum IS NULL AND c.itemid IN (226512, 224639) AND c.valuenum > 0),
wt1 AS (SELECT subject_id, stay_id, charttime, weight_type, weight, row_number() OVER (PARTITION BY stay_id, weight_type ORDER BY charttime NULLS FIRST) AS rn FROM wt),
wt2 AS (SELECT w.subject_id, w.stay_id, ie.intime, ie.outtime, w.weight_type, CASE WHEN w.weight_type = 'admit' AND w.rn = 1 THEN ie.intime - INTERVAL '2' HOUR ELSE w.charttime END AS starttime, w.weight FROM wt1 w INNER JOIN icustays ie ON ie.stay_id = w.stay_id),
wt3 AS (SELECT subject_id, stay_id, starttime, weight, coalesce(lead(starttime) OVER (PARTITION BY stay_id ORDER BY starttime), greatest(outtime, starttime) + INTERVAL '2' HOUR) AS endtime FROM wt2)
SELECT subject_id, stay_id, starttime, endtime, weight FROM wt3;

-- weight of the first day
CREATE TABLE first_day_weight AS SELECT ie.subject_id, ie.stay_id, avg(ce.weight) AS weight, min(ce.weight) AS weight_min, max(ce.weight) AS weight_max FROM icustays ie LEFT JOIN weight_durations ce ON ie.stay_id = ce.stay_id AND ce.starttime <= ie.intime + INTERVAL '1' DAY GROUP BY ie.subject_id, ie.stay_id;

-- height
CREATE TABLE height AS SELECT subject_id, stay_id, charttime, round(valuenum, 2) AS height FROM chartevents WHERE itemid = 226730 AND valuenum BETWEEN 120 AND 230;

-- height of the first day
CREATE TABLE first_day_height AS SELECT ie.subject_id, ie.stay_id, round(avg(ht.height), 2) AS height FROM icustays ie LEFT JOIN height ht ON ie.stay_id = ht.stay_id AND ht.charttime <= ie.intime + INTERVAL 1 DAY GROUP BY ie.subject_id, ie.stay_id;

-- ventilator settings
CREATE TABLE ventilator_setting AS SELECT max(subject_id) AS subject_id, stay_id, charttime, max(CASE WHEN itemid = 223849 THEN valuenum ELSE NULL END) AS vent_mode, max(CASE WHEN itemid = 223835 THEN valuenum END) AS fio2 FROM chartevents WHERE itemid IN (223849, 223835) GROUP BY stay_id, charttime;

-- episodes of ventilation, by gaps and running sums
CREATE TABLE ventilation AS
WITH vs AS (SELECT subject_id, stay_id, charttime, CASE WHEN vent_mode = 2 THEN 'Invasive' WHEN vent_mode = 1 THEN 'NonInvasive' WHEN vent_mode = 0 THEN 'None' END AS ventilation_status FROM ventilator_setting WHERE NOT vent_mode IS NULL),
vd0 AS (SELECT subject_id, stay_id, charttime, lag(charttime, 1) OVER (PARTITION BY stay_id, ventilation_status ORDER BY charttime NULLS FIRST) AS charttime_lag, lead(charttime, 1) OVER w AS charttime_lead, ventilation_status, lag(ventilation_status, 1) OVER w AS ventilation_status_lag
  FROM vs WINDOW w AS (PARTITION BY stay_id ORDER BY charttime NULLS FIRST)),
vd1 AS (SELECT subject_id, stay_id, charttime, charttime_lag, charttime_lead, ventilation_status, date_diff('minute', charttime_lag, charttime) / 60.0 AS ventduration,
  CASE WHEN ventilation_status_lag IS NULL THEN 1 WHEN date_diff('hour', charttime_lag, charttime) >= 14 THEN 1 WHEN ventilation_status_lag <> ventilation_status THEN 1 ELSE 0 END AS new_ventilation_event FROM vd0),
vd2 AS (SELECT vd1.*, sum(new_ventilation_event) OVER (PARTITION BY stay_id ORDER BY charttime NULLS FIRST) AS vent_seq FROM vd1)
SELECT subject_id, stay_id, min(charttime) AS starttime, max(CASE WHEN charttime_lead IS NULL OR date_diff('hour', charttime, charttime_lead) >= 14 THEN charttime ELSE charttime_lead END) AS endtime, max(ventilation_status) AS ventilation_status
FROM vd2 GROUP BY subject_id, stay_id, vent_seq HAVING min(charttime) <> max(charttime);

-- norepinephrine
CREATE TABLE norepinephrine AS SELECT subject_id, stay_id, rate AS vaso_rate, starttime, endtime FROM inputevents WHERE itemid = 221906;

-- epinephrine
CREATE TABLE epinephrine AS SELECT subject_id, stay_id, rate AS vaso_rate, starttime, endtime FROM inputevents WHERE itemid = 221289;

-- propofol
CREATE TABLE propofol AS SELECT subject_id, stay_id, rate AS vaso_rate, starttime, endtime FROM inputevents WHERE itemid = 222168;

-- vasoactive agents on one time line
CREATE TABLE vasoactive_agent AS
WITH tm AS (SELECT subject_id, stay_id, starttime AS vasotime FROM norepinephrine UNION SELECT subject_id, stay_id, starttime FROM epinephrine UNION SELECT subject_id, stay_id, endtime FROM norepinephrine UNION SELECT subject_id, stay_id, endtime FROM epinephrine),
tm_lag AS (SELECT subject_id, stay_id, vasotime AS starttime, lead(vasotime, 1) OVER (PARTITION BY stay_id ORDER BY vasotime NULLS FIRST) AS endtime FROM tm)
SELECT t.subject_id, t.stay_id, t.starttime, t.endtime, nor.vaso_rate AS norepinephrine, epi.vaso_rate AS epinephrine
FROM tm_lag t LEFT JOIN norepinephrine nor ON t.stay_id = nor.stay_id AND t.starttime >= nor.starttime AND t.endtime <= nor.endtime LEFT JOIN epinephrine epi ON t.stay_id = epi.stay_id AND t.starttime >= epi.starttime AND t.endtime <= epi.endtime
WHERE NOT t.endtime IS NULL;

-- equivalent dose
CREATE TABLE norepinephrine_equivalent_dose AS SELECT subject_id, stay_id, starttime, endtime, round(CAST(coalesce(norepinephrine, 0) + coalesce(epinephrine, 0) AS DECIMAL(10, 4)), 4) AS dose FROM vasoactive_agent WHERE NOT norepinephrine IS NULL OR NOT epinephrine IS NULL;

-- antibiotics with their stay
CREATE TABLE antibiotic AS
WITH abx AS (SELECT DISTINCT drug, CASE WHEN lower(drug) LIKE '%vancomycin%' THEN 1 WHEN lower(drug) LIKE '%cefepime%' THEN 1 WHEN lower(drug) LIKE '%piperacillin%' THEN 1 WHEN lower(drug) LIKE '%meropenem%' THEN 1 ELSE 0 END AS is_antibiotic, subject_id, hadm_id, route, starttime, stoptime FROM prescriptions WHERE NOT route IN ('OU', 'OS', 'OD'))
SELECT pr.subject_id, pr.hadm_id, ie.stay_id, pr.drug AS antibiotic, pr.route, pr.starttime, pr.stoptime FROM abx pr LEFT JOIN icustays ie ON pr.hadm_id = ie.hadm_id AND pr.starttime >= ie.intime AND pr.starttime < ie.outtime WHERE pr.is_antibiotic = 1;

-- suspicion of infection: an antibiotic near a culture
CREATE TABLE suspicion_of_infection AS
WITH ab_tbl AS (SELECT abx.subject_id, abx.hadm_id, abx.stay_id, abx.antibiotic, abx.starttime AS antibiotic_time, date_trunc('day', abx.starttime) AS antibiotic_date, row_number() OVER (PARTITION BY subject_id ORDER BY starttime NULLS FIRST, stoptime NULLS FIRST, antibiotic NULLS FIRST) AS ab_id FROM antibiotic abx),
me AS (SELECT subject_id, hadm_id, charttime, spec_type_desc, max(CASE WHEN NOT org_name IS NULL AND org_name <> '' THEN 1 ELSE 0 END) AS positive_culture FROM microbiologyevents GROUP BY subject_id, hadm_id, charttime, spec_type_desc),
me_then_ab AS (SELECT ab.subject_id, ab.hadm_id, ab.stay_id, ab.ab_id, me72.charttime AS last72_charttime, me72.positive_culture AS last72_positive, row_number() OVER (PARTITION BY ab.subject_id, ab.ab_id ORDER BY me72.charttime, me72.spec_type_desc) AS micro_seq
  FROM ab_tbl ab LEFT JOIN me me72 ON ab.subject_id = me72.subject_id AND ab.antibiotic_time > me72.charttime AND ab.antibiotic_time <= me72.charttime + INTERVAL '72' HOUR),
ab_then_me AS (SELECT ab.subject_id, ab.ab_id, me24.charttime AS next24_charttime, me24.positive_culture AS next24_positive, row_number() OVER (PARTITION BY ab.subject_id, ab.ab_id ORDER BY me24.charttime, me24.spec_type_desc) AS micro_seq
  FROM ab_tbl ab LEFT JOIN me me24 ON ab.subject_id = me24.subject_id AND ab.antibiotic_time >= me24.charttime - INTERVAL '24' HOUR AND ab.antibiotic_time < me24.charttime)
SELECT ab.subject_id, ab.stay_id, ab.hadm_id, ab.ab_id, ab.antibiotic, ab.antibiotic_time, CASE WHEN last72_charttime IS NULL AND next24_charttime IS NULL THEN 0 ELSE 1 END AS suspected_infection,
  CASE WHEN last72_charttime IS NULL AND next24_charttime IS NULL THEN NULL ELSE coalesce(last72_charttime, ab.antibiotic_time) END AS suspected_infection_time, coalesce(last72_positive, next24_positive) AS positive_culture
FROM ab_tbl ab LEFT JOIN ab_then_me ab2me ON ab.subject_id = ab2me.subject_id AND ab.ab_id = ab2me.ab_id AND ab2me.micro_seq = 1 LEFT JOIN me_then_ab me2ab ON ab.subject_id = me2ab.subject_id AND ab.ab_id = me2ab.ab_id AND me2ab.micro_seq = 1;

-- comorbidity index
CREATE TABLE charlson AS
WITH diag AS (SELECT subject_id, hadm_id, CASE WHEN icd_version = 9 THEN icd_code ELSE NULL END AS icd9_code, CASE WHEN icd_version = 10 THEN icd_code ELSE NULL END AS icd10_code FROM diagnoses_icd),
com AS (SELECT ad.subject_id, ad.hadm_id, max(CASE WHEN substr(icd9_code, 1, 3) IN ('428') OR substr(icd10_code, 1, 3) IN ('I50') THEN 1 ELSE 0 END) AS congestive_heart_failure,
    max(CASE WHEN substr(icd9_code, 1, 3) IN ('410', '412') OR substr(icd10_code, 1, 3) IN ('I21', 'I22') THEN 1 ELSE 0 END) AS myocardial_infarct,
    max(CASE WHEN substr(icd9_code, 1, 3) IN ('490', '496') OR substr(icd10_code, 1, 3) IN ('J40', 'J44', 'J47') THEN 1 ELSE 0 END) AS chronic_pulmonary_disease,
    max(CASE WHEN substr(icd9_code, 1, 4) IN ('2500') OR substr(icd10_code, 1, 3) IN ('E10', 'E11') THEN 1 ELSE 0 END) AS diabetes,
    max(CASE WHEN substr(icd9_code, 1, 3) IN ('582', '585') OR substr(icd10_code, 1, 3) IN ('N18', 'N19') THEN 1 ELSE 0 END) AS renal_disease,
    max(CASE WHEN substr(icd9_code, 1, 3) IN ('196', '197', '198') OR substr(icd10_code, 1, 3) IN ('C77', 'C78') THEN 1 ELSE 0 END) AS metastatic_solid_tumor,
    max(CASE WHEN substr(icd9_code, 1, 4) IN ('5712', '5714') OR substr(icd10_code, 1, 3) IN ('K70', 'K73', 'K74') THEN 1 ELSE 0 END) AS liver_disease,
    max(CASE WHEN substr(icd9_code, 1, 3) IN ('290', '294') OR substr(icd10_code, 1, 3) IN ('F00', 'F03') THEN 1 ELSE 0 END) AS dementia FROM admissions ad LEFT JOIN diag ON ad.hadm_id = diag.hadm_id GROUP BY ad.subject_id, ad.hadm_id),
ag AS (SELECT subject_id, hadm_id, age, CASE WHEN age <= 50 THEN 0 WHEN age <= 60 THEN 1 WHEN age <= 70 THEN 2 WHEN age <= 80 THEN 3 ELSE 4 END AS age_score FROM age)
SELECT ad.subject_id, ad.hadm_id, ag.age_score, congestive_heart_failure, myocardial_infarct, chronic_pulmonary_disease, diabetes, renal_disease, metastatic_solid_tumor, liver_disease, dementia, age_score + myocardial_infarct + congestive_heart_failure + chronic_pulmonary_disease + dementia + diabetes + 2 * renal_disease + greatest(3 * liver_disease, 6 * metastatic_solid_tumor) AS charlson_comorbidity_index
FROM admissions ad LEFT JOIN com ON ad.hadm_id = com.hadm_id LEFT JOIN ag ON ad.hadm_id = ag.hadm_id;

-- creatinine against the lowest of the days before
CREATE TABLE kdigo_creatinine AS
WITH cr AS (SELECT ie.subject_id, ie.hadm_id, ie.stay_id, le.charttime, avg(le.valuenum) AS creat FROM icustays ie LEFT JOIN labevents le ON ie.subject_id = le.subject_id AND le.itemid = 50912 AND le.charttime >= ie.intime - INTERVAL '7' DAY AND le.charttime <= ie.outtime GROUP BY ie.subject_id, ie.hadm_id, ie.stay_id, le.charttime),
cr_48 AS (SELECT cr.subject_id, cr.stay_id, cr.charttime, min(cr48.creat) AS creat_low_past_48hr FROM cr LEFT JOIN cr cr48 ON cr.stay_id = cr48.stay_id AND cr48.charttime < cr.charttime AND cr48.charttime >= cr.charttime - INTERVAL '48' HOUR GROUP BY cr.subject_id, cr.stay_id, cr.charttime),
cr_7 AS (SELECT cr.subject_id, cr.stay_id, cr.charttime, min(cr7.creat) AS creat_low_past_7day FROM cr LEFT JOIN cr cr7 ON cr.stay_id = cr7.stay_id AND cr7.charttime < cr.charttime AND cr7.charttime >= cr.charttime - INTERVAL '7' DAY GROUP BY cr.subject_id, cr.stay_id, cr.charttime)
SELECT cr.subject_id, cr.hadm_id, cr.stay_id, cr.charttime, cr.creat, c48.creat_low_past_48hr, c7.creat_low_past_7day FROM cr LEFT JOIN cr_48 c48 ON cr.stay_id = c48.stay_id AND cr.charttime = c48.charttime LEFT JOIN cr_7 c7 ON cr.stay_id = c7.stay_id AND cr.charttime = c7.charttime;

-- rates of urine per weight
CREATE TABLE kdigo_uo AS
WITH uo_stg1 AS (SELECT ie.subject_id, ie.stay_id, uo.charttime, uo.urineoutput, date_diff('second', ie.intime, uo.charttime) AS seconds_since_admit, coalesce(date_diff('second', lag(uo.charttime) OVER (PARTITION BY ie.stay_id ORDER BY uo.charttime NULLS FIRST), uo.charttime) / 3600.0, 1) AS hours_since_previous_row FROM icustays ie INNER JOIN urine_output uo ON ie.stay_id = uo.stay_id),
uo_stg2 AS (SELECT subject_id, stay_id, charttime, urineoutput, sum(urineoutput) OVER (PARTITION BY stay_id ORDER BY seconds_since_admit RANGE BETWEEN 21600 PRECEDING AND CURRENT ROW) AS uo_6hr, sum(hours_since_previous_row) OVER (PARTITION BY stay_id ORDER BY seconds_since_admit RANGE BETWEEN 21600 PRECEDING AND CURRENT ROW) AS uo_tm_6hr FROM uo_stg1)
SELECT ur.subject_id, ur.stay_id, ur.charttime, wd.weight, CASE WHEN uo_tm_6hr >= 6 THEN round(CAST(ur.uo_6hr / wd.weight / uo_tm_6hr AS DOUBLE), 4) END AS uo_rt_6hr
FROM uo_stg2 ur LEFT JOIN weight_durations wd ON ur.stay_id = wd.stay_id AND ur.charttime >= wd.starttime AND ur.charttime < wd.endtime;

-- stages of kidney injury
CREATE TABLE kdigo_stages AS
WITH cr_stg AS (SELECT cr.subject_id, cr.stay_id, cr.charttime, cr.creat, CASE WHEN cr.creat >= cr.creat_low_past_7day * 3.0 THEN 3 WHEN cr.creat >= 4 AND (cr.creat_low_past_48hr <= 3.7 OR cr.creat >= 1.5 * cr.creat_low_past_7day) THEN 3 WHEN cr.creat >= cr.creat_low_past_7day * 2.0 THEN 2 WHEN cr.creat >= cr.creat_low_past_48hr + 0.3 THEN 1 WHEN cr.creat >= cr.creat_low_past_7day * 1.5 THEN 1 ELSE 0 END AS aki_stage_creat FROM kdigo_creatinine cr),
uo_stg AS (SELECT uo.subject_id, uo.stay_id, uo.charttime, CASE WHEN uo.uo_rt_6hr IS NULL THEN NULL WHEN uo.uo_rt_6hr < 0.3 THEN 2 WHEN uo.uo_rt_6hr < 0.5 THEN 1 ELSE 0 END AS aki_stage_uo FROM kdigo_uo uo),
tm_stg AS (SELECT subject_id, stay_id, charttime FROM cr_stg UNION SELECT subject_id, stay_id, charttime FROM uo_stg)
SELECT tm.subject_id, tm.stay_id, tm.charttime, cr.aki_stage_creat, uo.aki_stage_uo, greatest(coalesce(cr.aki_stage_creat, 0), coalesce(uo.aki_stage_uo, 0)) AS aki_stage
FROM icustays ie LEFT JOIN tm_stg tm ON ie.stay_id = tm.stay_id LEFT JOIN cr_stg cr ON ie.stay_id = cr.stay_id AND tm.charttime = cr.charttime LEFT JOIN uo_stg uo ON ie.stay_id = uo.stay_id AND tm.charttime = uo.charttime;

-- organ failure per hour
CREATE TABLE sofa AS
WITH co AS (SELECT ih.stay_id, ih.subject_id, ie.hadm_id, hr, ih.endtime - INTERVAL '1' HOUR AS starttime, ih.endtime FROM icustay_hourly ih INNER JOIN icustays ie ON ih.stay_id = ie.stay_id WHERE hr BETWEEN 0 AND 30),
pafi AS (SELECT ie.stay_id, ie.subject_id, bg.charttime, CASE WHEN vd.stay_id IS NULL THEN pao2fio2ratio ELSE NULL END AS pao2fio2ratio_novent, CASE WHEN NOT vd.stay_id IS NULL THEN pao2fio2ratio ELSE NULL END AS pao2fio2ratio_vent
  FROM icustays ie INNER JOIN bg ON ie.subject_id = bg.subject_id LEFT JOIN ventilation vd ON ie.stay_id = vd.stay_id AND bg.charttime >= vd.starttime AND bg.charttime <= vd.endtime AND vd.ventilation_status = 'Invasive'),
vs AS (SELECT co.stay_id, co.subject_id, co.hr, min(vs.mbp) AS meanbp_min FROM co LEFT JOIN vitalsign vs ON co.stay_id = vs.stay_id AND co.starttime < vs.charttime AND co.endtime >= vs.charttime GROUP BY co.stay_id, co.subject_id, co.hr),
gc AS (SELECT co.stay_id, co.subject_id, co.hr, min(gcs.gcs) AS gcs_min FROM co LEFT JOIN gcs ON co.stay_id = gcs.stay_id AND co.starttime < gcs.charttime AND co.endtime >= gcs.charttime GROUP BY co.stay_id, co.subject_id, co.hr),
bili AS (SELECT co.stay_id, co.subject_id, co.hr, max(enz.bilirubin_total) AS bilirubin_max FROM co LEFT JOIN enzyme enz ON co.hadm_id = enz.hadm_id AND co.starttime < enz.charttime AND co.endtime >= enz.charttime GROUP BY co.stay_id, co.subject_id, co.hr),
cr AS (SELECT co.stay_id, co.subject_id, co.hr, max(chem.creatinine) AS creatinine_max FROM co LEFT JOIN chemistry chem ON co.hadm_id = chem.hadm_id AND co.starttime < chem.charttime AND co.endtime >= chem.charttime GROUP BY co.stay_id, co.subject_id, co.hr),
plt AS (SELECT co.stay_id, co.subject_id, co.hr, min(cbc.platelet) AS platelet_min FROM co LEFT JOIN complete_blood_count cbc ON co.hadm_id = cbc.hadm_id AND co.starttime < cbc.charttime AND co.endtime >= cbc.charttime GROUP BY co.stay_id, co.subject_id, co.hr),
pf AS (SELECT co.stay_id, co.subject_id, co.hr, min(pafi.pao2fio2ratio_novent) AS pao2fio2ratio_novent, min(pafi.pao2fio2ratio_vent) AS pao2fio2ratio_vent FROM co LEFT JOIN pafi ON co.stay_id = pafi.stay_id AND co.starttime < pafi.charttime AND co.endtime >= pafi.charttime GROUP BY co.stay_id, co.subject_id, co.hr),
vaso AS (SELECT co.stay_id, co.subject_id, co.hr, max(epi.vaso_rate) AS rate_epinephrine, max(nor.vaso_rate) AS rate_norepinephrine FROM co LEFT JOIN epinephrine epi ON co.stay_id = epi.stay_id AND co.endtime > epi.starttime AND co.endtime <= epi.endtime LEFT JOIN norepinephrine nor ON co.stay_id = nor.stay_id AND co.endtime > nor.starttime AND co.endtime <= nor.endtime GROUP BY co.stay_id, co.subject_id, co.hr),
scorecomp AS (SELECT co.stay_id, co.subject_id, co.hadm_id, co.hr, co.starttime, co.endtime, pf.pao2fio2ratio_novent, pf.pao2fio2ratio_vent, vaso.rate_epinephrine, vaso.rate_norepinephrine, vs.meanbp_min, gc.gcs_min, bili.bilirubin_max, cr.creatinine_max, plt.platelet_min
  FROM co LEFT JOIN vs ON co.stay_id = vs.stay_id AND co.hr = vs.hr LEFT JOIN gc ON co.stay_id = gc.stay_id AND co.hr = gc.hr LEFT JOIN bili ON co.stay_id = bili.stay_id AND co.hr = bili.hr LEFT JOIN cr ON co.stay_id = cr.stay_id AND co.hr = cr.hr LEFT JOIN plt ON co.stay_id = plt.stay_id AND co.hr = plt.hr LEFT JOIN pf ON co.stay_id = pf.stay_id AND co.hr = pf.hr LEFT JOIN vaso ON co.stay_id = vaso.stay_id AND co.hr = vaso.hr),
scorecalc AS (SELECT *, CASE WHEN pao2fio2ratio_vent < 100 THEN 4 WHEN pao2fio2ratio_vent < 200 THEN 3 WHEN pao2fio2ratio_novent < 300 THEN 2 WHEN pao2fio2ratio_vent < 300 THEN 2 WHEN pao2fio2ratio_novent < 400 THEN 1 WHEN coalesce(pao2fio2ratio_vent, pao2fio2ratio_novent) IS NULL THEN NULL ELSE 0 END AS respiration,
  CASE WHEN platelet_min < 20 THEN 4 WHEN platelet_min < 50 THEN 3 WHEN platelet_min < 100 THEN 2 WHEN platelet_min < 150 THEN 1 WHEN platelet_min IS NULL THEN NULL ELSE 0 END AS coagulation, CASE WHEN bilirubin_max >= 12.0 THEN 4 WHEN bilirubin_max >= 6.0 THEN 3 WHEN bilirubin_max >= 2.0 THEN 2 WHEN bilirubin_max >= 1.2 THEN 1 WHEN bilirubin_max IS NULL THEN NULL ELSE 0 END AS liver,
  CASE WHEN rate_epinephrine > 0.1 OR rate_norepinephrine > 0.1 THEN 4 WHEN rate_epinephrine <= 0.1 OR rate_norepinephrine <= 0.1 THEN 3 WHEN meanbp_min < 70 THEN 1 WHEN coalesce(meanbp_min, rate_epinephrine, rate_norepinephrine) IS NULL THEN NULL ELSE 0 END AS cardiovascular,
  CASE WHEN gcs_min >= 13 AND gcs_min <= 14 THEN 1 WHEN gcs_min >= 10 AND gcs_min <= 12 THEN 2 WHEN gcs_min >= 6 AND gcs_min <= 9 THEN 3 WHEN gcs_min < 6 THEN 4 WHEN gcs_min IS NULL THEN NULL ELSE 0 END AS cns, CASE WHEN creatinine_max >= 5.0 THEN 4 WHEN creatinine_max >= 3.5 THEN 3 WHEN creatinine_max >= 2.0 THEN 2 WHEN creatinine_max >= 1.2 THEN 1 WHEN creatinine_max IS NULL THEN NULL ELSE 0 END AS renal FROM scorecomp),
score_final AS (SELECT s.*, coalesce(max(respiration) OVER w, 0) AS respiration_24hours, coalesce(max(coagulation) OVER w, 0) AS coagulation_24hours, coalesce(max(liver) OVER w, 0) AS liver_24hours, coalesce(max(cardiovascular) OVER w, 0) AS cardiovascular_24hours, coalesce(max(cns) OVER w, 0) AS cns_24hours, coalesce(max(renal) OVER w, 0) AS renal_24hours FROM scorecalc s WINDOW w AS (PARTITION BY stay_id ORDER BY hr NULLS FIRST ROWS BETWEEN 23 PRECEDING AND 0 FOLLOWING))
SELECT stay_id, subject_id, hadm_id, hr, starttime, endtime, respiration_24hours, coagulation_24hours, liver_24hours, cardiovascular_24hours, cns_24hours, renal_24hours, respiration_24hours + coagulation_24hours + liver_24hours + cardiovascular_24hours + cns_24hours + renal_24hours AS sofa_24hours FROM score_final WHERE hr >= 0;

-- organ failure of the first day
CREATE TABLE first_day_sofa AS SELECT stay_id, subject_id, max(sofa_24hours) AS sofa FROM sofa WHERE hr <= 24 GROUP BY stay_id, subject_id;

-- sepsis: infection with organ failure
CREATE TABLE sepsis3 AS
WITH soi AS (SELECT soi.subject_id, soi.stay_id, soi.antibiotic_time, soi.suspected_infection_time, sofa.endtime AS sofa_time, sofa_24hours AS sofa_score, row_number() OVER (PARTITION BY soi.stay_id ORDER BY suspected_infection_time NULLS FIRST, antibiotic_time NULLS FIRST, sofa.endtime NULLS FIRST) AS rn_sus
  FROM suspicion_of_infection soi INNER JOIN sofa ON soi.stay_id = sofa.stay_id AND sofa.endtime >= soi.suspected_infection_time - INTERVAL '48' HOUR AND sofa.endtime <= soi.suspected_infection_time + INTERVAL '24' HOUR WHERE NOT soi.stay_id IS NULL AND sofa_24hours >= 2)
SELECT subject_id, stay_id, antibiotic_time, suspected_infection_time, sofa_time, sofa_score, (sofa_score >= 2) AS sepsis3 FROM soi WHERE rn_sus = 1;

-- inflammatory response
CREATE TABLE sirs AS
WITH scorecomp AS (SELECT ie.stay_id, ie.subject_id, v.temperature_min, v.temperature_max, v.heart_rate_max, v.resp_rate_max, l.wbc_min, l.wbc_max FROM icustays ie LEFT JOIN first_day_vitalsign v ON ie.stay_id = v.stay_id LEFT JOIN first_day_lab l ON ie.stay_id = l.stay_id)
SELECT stay_id, subject_id, coalesce((temperature_min < 36.0 OR temperature_max > 38.0)::INT, 0) + coalesce((heart_rate_max > 90)::INT, 0) + coalesce((resp_rate_max > 20)::INT, 0) + coalesce((wbc_max > 12 OR wbc_min < 4)::INT, 0) AS sirs FROM scorecomp;

-- a score of severity
CREATE TABLE sapsii AS
WITH parts AS (SELECT ie.stay_id, ie.subject_id, CASE WHEN va.admission_age < 40 THEN 0 WHEN va.admission_age < 60 THEN 7 WHEN va.admission_age < 70 THEN 12 WHEN va.admission_age < 75 THEN 15 WHEN va.admission_age < 80 THEN 16 ELSE 18 END AS age_score, CASE WHEN v.heart_rate_min < 40 THEN 11 WHEN v.heart_rate_max >= 160 THEN 7 WHEN v.heart_rate_max >= 120 THEN 4 WHEN v.heart_rate_min < 70 THEN 2 ELSE 0 END AS hr_score,
  CASE WHEN v.sbp_min < 70 THEN 13 WHEN v.sbp_min < 100 THEN 5 WHEN v.sbp_max >= 200 THEN 2 ELSE 0 END AS sysbp_score, CASE WHEN v.temperature_max >= 39.0 THEN 3 ELSE 0 END AS temp_score, CASE WHEN u.urineoutput < 500 THEN 11 WHEN u.urineoutput < 1000 THEN 4 ELSE 0 END AS uo_score, CASE WHEN l.bun_max < 28 THEN 0 WHEN l.bun_max < 83 THEN 6 ELSE 10 END AS bun_score, CASE WHEN g.gcs_min < 6 THEN 26 WHEN g.gcs_min < 9 THEN 13 WHEN g.gcs_min < 11 THEN 7 WHEN g.gcs_min < 14 THEN 5 ELSE 0 END AS gcs_score
  FROM icustays ie JOIN icustay_detail va ON ie.stay_id = va.stay_id LEFT JOIN first_day_vitalsign v ON ie.stay_id = v.stay_id LEFT JOIN first_day_urine_output u ON ie.stay_id = u.stay_id LEFT JOIN first_day_lab l ON ie.stay_id = l.stay_id LEFT JOIN first_day_gcs g ON ie.stay_id = g.stay_id),
total AS (SELECT *, age_score + hr_score + sysbp_score + temp_score + uo_score + bun_score + gcs_score AS sapsii FROM parts)
SELECT stay_id, subject_id, sapsii, 1 / (1 + exp(-(-7.7631 + 0.0737 * sapsii + 0.9971 * ln(sapsii + 1)))) AS sapsii_prob FROM total;

-- first vasopressor of a stay
CREATE TABLE first_vaso AS SELECT stay_id, subject_id, min(starttime) AS first_vaso, arg_min(dose, starttime) AS first_dose, max(dose) AS max_dose FROM norepinephrine_equivalent_dose GROUP BY stay_id, subject_id;

-- hours on vasopressors
CREATE TABLE vaso_hours AS SELECT stay_id, subject_id, sum(date_diff('minute', starttime, endtime)) / 60.0 AS hours FROM vasoactive_agent GROUP BY stay_id, subject_id;

-- days of ventilation
CREATE TABLE vent_days AS SELECT stay_id, subject_id, sum(CASE WHEN ventilation_status = 'Invasive' THEN date_diff('minute', starttime, endtime) ELSE 0 END) / 1440.0 AS invasive_days, count(*) FILTER (WHERE ventilation_status = 'NonInvasive') AS noninvasive_episodes FROM ventilation GROUP BY stay_id, subject_id;

-- drugs of an admission as a list
CREATE TABLE med_classes AS SELECT hadm_id, subject_id, array_to_string(list_sort(list(DISTINCT drug)), ', ') AS drugs_seen, count(DISTINCT drug) AS n FROM prescriptions GROUP BY hadm_id, subject_id;

-- days of antibiotics on a grid
CREATE TABLE abx_days AS SELECT a.hadm_id, a.subject_id, d.n AS day, count(DISTINCT a.antibiotic) AS agents FROM (SELECT x.hadm_id, x.subject_id, x.antibiotic, x.starttime, x.stoptime, ad.admittime FROM antibiotic x JOIN admissions ad USING (hadm_id)) a JOIN range(0, 15) d(n) ON a.starttime <= a.admittime + to_days((d.n + 1)::INT) AND a.stoptime >= a.admittime + to_days(d.n::INT) GROUP BY a.hadm_id, a.subject_id, d.n;

-- a time grid by unnesting a list
CREATE TABLE quarters AS SELECT ie.stay_id, ie.subject_id, ie.intime + to_hours(6 * q.n) AS at, q.n AS quarter FROM icustays ie, unnest([0, 1, 2, 3, 4]) AS q(n);

-- last heart rate at each time of the grid
CREATE TABLE hr_at_quarter AS SELECT q.stay_id, q.subject_id, q.quarter, max_by(v.heart_rate, v.charttime) AS heart_rate FROM quarters q LEFT JOIN vitalsign v ON v.stay_id = q.stay_id AND v.charttime <= q.at AND v.heart_rate IS NOT NULL GROUP BY ALL;

-- slope of lactate within a stay
CREATE TABLE lactate_slope AS SELECT ie.stay_id, ie.subject_id, regr_slope(bg.lactate, date_diff('hour', ie.intime, bg.charttime)) AS slope, count(bg.lactate) AS n FROM icustays ie JOIN bg ON bg.subject_id = ie.subject_id AND bg.charttime BETWEEN ie.intime AND ie.outtime GROUP BY ie.stay_id, ie.subject_id HAVING count(bg.lactate) >= 2;

-- readmission to intensive care
CREATE TABLE readmitted AS SELECT stay_id, subject_id, lead(icu_intime) OVER (PARTITION BY subject_id ORDER BY icu_intime) - icu_outtime < INTERVAL '400 days' AS again FROM icustay_detail;

-- outcomes
CREATE TABLE outcome AS SELECT d.stay_id, d.subject_id, d.hospital_expire_flag AS died, CASE WHEN d.dod IS NULL THEN 0 WHEN d.dod <= CAST(d.icu_intime AS DATE) + 365 THEN 1 ELSE 0 END AS died_in_a_year, d.los_icu, d.los_hospital FROM icustay_detail d;

-- the cohort, with its exclusions
CREATE TABLE cohort AS SELECT d.stay_id, d.subject_id, d.hadm_id, d.gender, d.admission_age, d.first_hosp_stay FROM icustay_detail d WHERE d.icustay_seq = 1 AND d.admission_age >= 18 AND d.los_icu >= 0.5 AND EXISTS (SELECT 1 FROM vitalsign v WHERE v.stay_id = d.stay_id);

-- one wide row per stay, from thirty-nine relations
CREATE TABLE wide AS
SELECT c.stay_id,
  c.subject_id,
  c.gender,
  c.admission_age,
  ch.charlson_comorbidity_index AS charlson,
  r7.sofa,
  r8.sirs,
  r9.sapsii,
  r9.sapsii_prob,
  coalesce(r10.sepsis3, false) AS sepsis,
  r11.first_dose,
  coalesce(r12.hours, 0) AS vaso_hours,
  coalesce(r13.invasive_days, 0) AS invasive_days,
  coalesce(r14.again, false) AS again,
  r15.died,
  r15.died_in_a_year,
  r15.los_icu,
  r16.slope,
  q0.heart_rate AS hr_0,
  q1.heart_rate AS hr_1,
  q2.heart_rate AS hr_2,
  q3.heart_rate AS hr_3,
  q4.heart_rate AS hr_4,
  h0.v AS sofa_0,
  h1.v AS sofa_2,
  h2.v AS sofa_4,
  h3.v AS sofa_6,
  h4.v AS sofa_8,
  h5.v AS sofa_10,
  h6.v AS sofa_12,
  h7.v AS sofa_14,
  h8.v AS sofa_16,
  h9.v AS sofa_18,
  h10.v AS sofa_20,
  h11.v AS sofa_22,
  h12.v AS sofa_24,
  CASE WHEN r0.heart_rate_min IS NULL THEN 'missing' WHEN r0.heart_rate_min < 40 THEN 'very low' WHEN r0.heart_rate_min >= 40 AND r0.heart_rate_min < 60 THEN 'low' WHEN r0.heart_rate_min >= 60 AND r0.heart_rate_min < 90 THEN 'middle' WHEN r0.heart_rate_min >= 90 AND r0.heart_rate_min < 120 THEN 'high' ELSE 'very high' END AS heart_rate_min_class,
  CASE WHEN r0.heart_rate_max IS NULL THEN 'missing' WHEN r0.heart_rate_max < 40 THEN 'very low' WHEN r0.heart_rate_max >= 40 AND r0.heart_rate_max < 60 THEN 'low' WHEN r0.heart_rate_max >= 60 AND r0.heart_rate_max < 90 THEN 'middle' WHEN r0.heart_rate_max >= 90 AND r0.heart_rate_max < 120 THEN 'high' ELSE 'very high' END AS heart_rate_max_class,
  CASE WHEN r0.heart_rate_avg IS NULL THEN 'missing' WHEN r0.heart_rate_avg < 40 THEN 'very low' WHEN r0.heart_rate_avg >= 40 AND r0.heart_rate_avg < 60 THEN 'low' WHEN r0.heart_rate_avg >= 60 AND r0.heart_rate_avg < 90 THEN 'middle' WHEN r0.heart_rate_avg >= 90 AND r0.heart_rate_avg < 120 THEN 'high' ELSE 'very high' END AS heart_rate_avg_class,
  CASE WHEN r0.sbp_min IS NULL THEN 'missing' WHEN r0.sbp_min < 40 THEN 'very low' WHEN r0.sbp_min >= 40 AND r0.sbp_min < 60 THEN 'low' WHEN r0.sbp_min >= 60 AND r0.sbp_min < 90 THEN 'middle' WHEN r0.sbp_min >= 90 AND r0.sbp_min < 120 THEN 'high' ELSE 'very high' END AS sbp_min_class,
  CASE WHEN r0.sbp_max IS NULL THEN 'missing' WHEN r0.sbp_max < 40 THEN 'very low' WHEN r0.sbp_max >= 40 AND r0.sbp_max < 60 THEN 'low' WHEN r0.sbp_max >= 60 AND r0.sbp_max < 90 THEN 'middle' WHEN r0.sbp_max >= 90 AND r0.sbp_max < 120 THEN 'high' ELSE 'very high' END AS sbp_max_class,
  CASE WHEN r0.sbp_avg IS NULL THEN 'missing' WHEN r0.sbp_avg < 40 THEN 'very low' WHEN r0.sbp_avg >= 40 AND r0.sbp_avg < 60 THEN 'low' WHEN r0.sbp_avg >= 60 AND r0.sbp_avg < 90 THEN 'middle' WHEN r0.sbp_avg >= 90 AND r0.sbp_avg < 120 THEN 'high' ELSE 'very high' END AS sbp_avg_class,
  CASE WHEN r0.dbp_min IS NULL THEN 'missing' WHEN r0.dbp_min < 40 THEN 'very low' WHEN r0.dbp_min >= 40 AND r0.dbp_min < 60 THEN 'low' WHEN r0.dbp_min >= 60 AND r0.dbp_min < 90 THEN 'middle' WHEN r0.dbp_min >= 90 AND r0.dbp_min < 120 THEN 'high' ELSE 'very high' END AS dbp_min_class,
  CASE WHEN r0.dbp_max IS NULL THEN 'missing' WHEN r0.dbp_max < 40 THEN 'very low' WHEN r0.dbp_max >= 40 AND r0.dbp_max < 60 THEN 'low' WHEN r0.dbp_max >= 60 AND r0.dbp_max < 90 THEN 'middle' WHEN r0.dbp_max >= 90 AND r0.dbp_max < 120 THEN 'high' ELSE 'very high' END AS dbp_max_class,
  CASE WHEN r0.dbp_avg IS NULL THEN 'missing' WHEN r0.dbp_avg < 40 THEN 'very low' WHEN r0.dbp_avg >= 40 AND r0.dbp_avg < 60 THEN 'low' WHEN r0.dbp_avg >= 60 AND r0.dbp_avg < 90 THEN 'middle' WHEN r0.dbp_avg >= 90 AND r0.dbp_avg < 120 THEN 'high' ELSE 'very high' END AS dbp_avg_class,
  CASE WHEN r0.mbp_min IS NULL THEN 'missing' WHEN r0.mbp_min < 40 THEN 'very low' WHEN r0.mbp_min >= 40 AND r0.mbp_min < 60 THEN 'low' WHEN r0.mbp_min >= 60 AND r0.mbp_min < 90 THEN 'middle' WHEN r0.mbp_min >= 90 AND r0.mbp_min < 120 THEN 'high' ELSE 'very high' END AS mbp_min_class,
  CASE WHEN r0.mbp_max IS NULL THEN 'missing' WHEN r0.mbp_max < 40 THEN 'very low' WHEN r0.mbp_max >= 40 AND r0.mbp_max < 60 THEN 'low' WHEN r0.mbp_max >= 60 AND r0.mbp_max < 90 THEN 'middle' WHEN r0.mbp_max >= 90 AND r0.mbp_max < 120 THEN 'high' ELSE 'very high' END AS mbp_max_class,
  CASE WHEN r0.mbp_avg IS NULL THEN 'missing' WHEN r0.mbp_avg < 40 THEN 'very low' WHEN r0.mbp_avg >= 40 AND r0.mbp_avg < 60 THEN 'low' WHEN r0.mbp_avg >= 60 AND r0.mbp_avg < 90 THEN 'middle' WHEN r0.mbp_avg >= 90 AND r0.mbp_avg < 120 THEN 'high' ELSE 'very high' END AS mbp_avg_class,
  CASE WHEN r0.resp_rate_min IS NULL THEN 'missing' WHEN r0.resp_rate_min < 40 THEN 'very low' WHEN r0.resp_rate_min >= 40 AND r0.resp_rate_min < 60 THEN 'low' WHEN r0.resp_rate_min >= 60 AND r0.resp_rate_min < 90 THEN 'middle' WHEN r0.resp_rate_min >= 90 AND r0.resp_rate_min < 120 THEN 'high' ELSE 'very high' END AS resp_rate_min_class,
  CASE WHEN r0.resp_rate_max IS NULL THEN 'missing' WHEN r0.resp_rate_max < 40 THEN 'very low' WHEN r0.resp_rate_max >= 40 AND r0.resp_rate_max < 60 THEN 'low' WHEN r0.resp_rate_max >= 60 AND r0.resp_rate_max < 90 THEN 'middle' WHEN r0.resp_rate_max >= 90 AND r0.resp_rate_max < 120 THEN 'high' ELSE 'very high' END AS resp_rate_max_class,
  CASE WHEN r0.resp_rate_avg IS NULL THEN 'missing' WHEN r0.resp_rate_avg < 40 THEN 'very low' WHEN r0.resp_rate_avg >= 40 AND r0.resp_rate_avg < 60 THEN 'low' WHEN r0.resp_rate_avg >= 60 AND r0.resp_rate_avg < 90 THEN 'middle' WHEN r0.resp_rate_avg >= 90 AND r0.resp_rate_avg < 120 THEN 'high' ELSE 'very high' END AS resp_rate_avg_class,
  CASE WHEN r0.temperature_min IS NULL THEN 'missing' WHEN r0.temperature_min < 40 THEN 'very low' WHEN r0.temperature_min >= 40 AND r0.temperature_min < 60 THEN 'low' WHEN r0.temperature_min >= 60 AND r0.temperature_min < 90 THEN 'middle' WHEN r0.temperature_min >= 90 AND r0.temperature_min < 120 THEN 'high' ELSE 'very high' END AS temperature_min_class,
  CASE WHEN r0.temperature_max IS NULL THEN 'missing' WHEN r0.temperature_max < 40 THEN 'very low' WHEN r0.temperature_max >= 40 AND r0.temperature_max < 60 THEN 'low' WHEN r0.temperature_max >= 60 AND r0.temperature_max < 90 THEN 'middle' WHEN r0.temperature_max >= 90 AND r0.temperature_max < 120 THEN 'high' ELSE 'very high' END AS temperature_max_class,
  CASE WHEN r0.temperature_avg IS NULL THEN 'missing' WHEN r0.temperature_avg < 40 THEN 'very low' WHEN r0.temperature_avg >= 40 AND r0.temperature_avg < 60 THEN 'low' WHEN r0.temperature_avg >= 60 AND r0.temperature_avg < 90 THEN 'middle' WHEN r0.temperature_avg >= 90 AND r0.temperature_avg < 120 THEN 'high' ELSE 'very high' END AS temperature_avg_class,
  CASE WHEN r0.spo2_min IS NULL THEN 'missing' WHEN r0.spo2_min < 40 THEN 'very low' WHEN r0.spo2_min >= 40 AND r0.spo2_min < 60 THEN 'low' WHEN r0.spo2_min >= 60 AND r0.spo2_min < 90 THEN 'middle' WHEN r0.spo2_min >= 90 AND r0.spo2_min < 120 THEN 'high' ELSE 'very high' END AS spo2_min_class,
  CASE WHEN r0.spo2_max IS NULL THEN 'missing' WHEN r0.spo2_max < 40 THEN 'very low' WHEN r0.spo2_max >= 40 AND r0.spo2_max < 60 THEN 'low' WHEN r0.spo2_max >= 60 AND r0.spo2_max < 90 THEN 'middle' WHEN r0.spo2_max >= 90 AND r0.spo2_max < 120 THEN 'high' ELSE 'very high' END AS spo2_max_class,
  CASE WHEN r0.spo2_avg IS NULL THEN 'missing' WHEN r0.spo2_avg < 40 THEN 'very low' WHEN r0.spo2_avg >= 40 AND r0.spo2_avg < 60 THEN 'low' WHEN r0.spo2_avg >= 60 AND r0.spo2_avg < 90 THEN 'middle' WHEN r0.spo2_avg >= 90 AND r0.spo2_avg < 120 THEN 'high' ELSE 'very high' END AS spo2_avg_class,
  CASE WHEN r1.hemoglobin_min IS NULL THEN 'missing' WHEN r1.hemoglobin_min < 2 THEN 'a' WHEN r1.hemoglobin_min < 5 THEN 'b' WHEN r1.hemoglobin_min < 10 THEN 'c' WHEN r1.hemoglobin_min < 50 THEN 'd' WHEN r1.hemoglobin_min < 100 THEN 'e' WHEN r1.hemoglobin_min < 150 THEN 'f' ELSE 'g' END AS hemoglobin_min_class,
  CASE WHEN r1.hemoglobin_min IS NOT NULL AND r1.hemoglobin_min >= 1.0 THEN 1 WHEN r1.hemoglobin_min IS NULL THEN NULL ELSE 0 END AS hemoglobin_min_1,
  CASE WHEN r1.hemoglobin_min IS NOT NULL AND r1.hemoglobin_min >= 2.0 THEN 1 WHEN r1.hemoglobin_min IS NULL THEN NULL ELSE 0 END AS hemoglobin_min_2,
  CASE WHEN r1.hemoglobin_min IS NOT NULL AND r1.hemoglobin_min >= 3.0 THEN 1 WHEN r1.hemoglobin_min IS NULL THEN NULL ELSE 0 END AS hemoglobin_min_3,
  CASE WHEN r1.hemoglobin_min IS NOT NULL AND r1.hemoglobin_min >= 5.0 THEN 1 WHEN r1.hemoglobin_min IS NULL THEN NULL ELSE 0 END AS hemoglobin_min_5,
  CASE WHEN r1.hemoglobin_min IS NOT NULL AND r1.hemoglobin_min >= 21.0 THEN 1 WHEN r1.hemoglobin_min IS NULL THEN NULL ELSE 0 END AS hemoglobin_min_21,
  CASE WHEN r1.platelets_min IS NULL THEN 'missing' WHEN r1.platelets_min < 2 THEN 'a' WHEN r1.platelets_min < 5 THEN 'b' WHEN r1.platelets_min < 10 THEN 'c' WHEN r1.platelets_min < 50 THEN 'd' WHEN r1.platelets_min < 100 THEN 'e' WHEN r1.platelets_min < 150 THEN 'f' ELSE 'g' END AS platelets_min_class,
  CASE WHEN r1.platelets_min IS NOT NULL AND r1.platelets_min >= 1.0 THEN 1 WHEN r1.platelets_min IS NULL THEN NULL ELSE 0 END AS platelets_min_1,
  CASE WHEN r1.platelets_min IS NOT NULL AND r1.platelets_min >= 2.0 THEN 1 WHEN r1.platelets_min IS NULL THEN NULL ELSE 0 END AS platelets_min_2,
  CASE WHEN r1.platelets_min IS NOT NULL AND r1.platelets_min >= 3.0 THEN 1 WHEN r1.platelets_min IS NULL THEN NULL ELSE 0 END AS platelets_min_3,
  CASE WHEN r1.platelets_min IS NOT NULL AND r1.platelets_min >= 5.0 THEN 1 WHEN r1.platelets_min IS NULL THEN NULL ELSE 0 END AS platelets_min_5,
  CASE WHEN r1.platelets_min IS NOT NULL AND r1.platelets_min >= 21.0 THEN 1 WHEN r1.platelets_min IS NULL THEN NULL ELSE 0 END AS platelets_min_21,
  CASE WHEN r1.wbc_max IS NULL THEN 'missing' WHEN r1.wbc_max < 2 THEN 'a' WHEN r1.wbc_max < 5 THEN 'b' WHEN r1.wbc_max < 10 THEN 'c' WHEN r1.wbc_max < 50 THEN 'd' WHEN r1.wbc_max < 100 THEN 'e' WHEN r1.wbc_max < 150 THEN 'f' ELSE 'g' END AS wbc_max_class,
  CASE WHEN r1.wbc_max IS NOT NULL AND r1.wbc_max >= 1.0 THEN 1 WHEN r1.wbc_max IS NULL THEN NULL ELSE 0 END AS wbc_max_1,
  CASE WHEN r1.wbc_max IS NOT NULL AND r1.wbc_max >= 2.0 THEN 1 WHEN r1.wbc_max IS NULL THEN NULL ELSE 0 END AS wbc_max_2,
  CASE WHEN r1.wbc_max IS NOT NULL AND r1.wbc_max >= 3.0 THEN 1 WHEN r1.wbc_max IS NULL THEN NULL ELSE 0 END AS wbc_max_3,
  CASE WHEN r1.wbc_max IS NOT NULL AND r1.wbc_max >= 5.0 THEN 1 WHEN r1.wbc_max IS NULL THEN NULL ELSE 0 END AS wbc_max_5,
  CASE WHEN r1.wbc_max IS NOT NULL AND r1.wbc_max >= 21.0 THEN 1 WHEN r1.wbc_max IS NULL THEN NULL ELSE 0 END AS wbc_max_21,
  CASE WHEN r1.creatinine_max IS NULL THEN 'missing' WHEN r1.creatinine_max < 2 THEN 'a' WHEN r1.creatinine_max < 5 THEN 'b' WHEN r1.creatinine_max < 10 THEN 'c' WHEN r1.creatinine_max < 50 THEN 'd' WHEN r1.creatinine_max < 100 THEN 'e' WHEN r1.creatinine_max < 150 THEN 'f' ELSE 'g' END AS creatinine_max_class,
  CASE WHEN r1.creatinine_max IS NOT NULL AND r1.creatinine_max >= 1.0 THEN 1 WHEN r1.creatinine_max IS NULL THEN NULL ELSE 0 END AS creatinine_max_1,
  CASE WHEN r1.creatinine_max IS NOT NULL AND r1.creatinine_max >= 2.0 THEN 1 WHEN r1.creatinine_max IS NULL THEN NULL ELSE 0 END AS creatinine_max_2,
  CASE WHEN r1.creatinine_max IS NOT NULL AND r1.creatinine_max >= 3.0 THEN 1 WHEN r1.creatinine_max IS NULL THEN NULL ELSE 0 END AS creatinine_max_3,
  CASE WHEN r1.creatinine_max IS NOT NULL AND r1.creatinine_max >= 5.0 THEN 1 WHEN r1.creatinine_max IS NULL THEN NULL ELSE 0 END AS creatinine_max_5,
  CASE WHEN r1.creatinine_max IS NOT NULL AND r1.creatinine_max >= 21.0 THEN 1 WHEN r1.creatinine_max IS NULL THEN NULL ELSE 0 END AS creatinine_max_21,
  CASE WHEN r1.bun_max IS NULL THEN 'missing' WHEN r1.bun_max < 2 THEN 'a' WHEN r1.bun_max < 5 THEN 'b' WHEN r1.bun_max < 10 THEN 'c' WHEN r1.bun_max < 50 THEN 'd' WHEN r1.bun_max < 100 THEN 'e' WHEN r1.bun_max < 150 THEN 'f' ELSE 'g' END AS bun_max_class,
  CASE WHEN r1.bun_max IS NOT NULL AND r1.bun_max >= 1.0 THEN 1 WHEN r1.bun_max IS NULL THEN NULL ELSE 0 END AS bun_max_1,
  CASE WHEN r1.bun_max IS NOT NULL AND r1.bun_max >= 2.0 THEN 1 WHEN r1.bun_max IS NULL THEN NULL ELSE 0 END AS bun_max_2,
  CASE WHEN r1.bun_max IS NOT NULL AND r1.bun_max >= 3.0 THEN 1 WHEN r1.bun_max IS NULL THEN NULL ELSE 0 END AS bun_max_3,
  CASE WHEN r1.bun_max IS NOT NULL AND r1.bun_max >= 5.0 THEN 1 WHEN r1.bun_max IS NULL THEN NULL ELSE 0 END AS bun_max_5,
  CASE WHEN r1.bun_max IS NOT NULL AND r1.bun_max >= 21.0 THEN 1 WHEN r1.bun_max IS NULL THEN NULL ELSE 0 END AS bun_max_21,
  CASE WHEN r1.sodium_min IS NULL THEN 'missing' WHEN r1.sodium_min < 2 THEN 'a' WHEN r1.sodium_min < 5 THEN 'b' WHEN r1.sodium_min < 10 THEN 'c' WHEN r1.sodium_min < 50 THEN 'd' WHEN r1.sodium_min < 100 THEN 'e' WHEN r1.sodium_min < 150 THEN 'f' ELSE 'g' END AS sodium_min_class,
  CASE WHEN r1.sodium_min IS NOT NULL AND r1.sodium_min >= 1.0 THEN 1 WHEN r1.sodium_min IS NULL THEN NULL ELSE 0 END AS sodium_min_1,
  CASE WHEN r1.sodium_min IS NOT NULL AND r1.sodium_min >= 2.0 THEN 1 WHEN r1.sodium_min IS NULL THEN NULL ELSE 0 END AS sodium_min_2,
  CASE WHEN r1.sodium_min IS NOT NULL AND r1.sodium_min >= 3.0 THEN 1 WHEN r1.sodium_min IS NULL THEN NULL ELSE 0 END AS sodium_min_3,
  CASE WHEN r1.sodium_min IS NOT NULL AND r1.sodium_min >= 5.0 THEN 1 WHEN r1.sodium_min IS NULL THEN NULL ELSE 0 END AS sodium_min_5,
  CASE WHEN r1.sodium_min IS NOT NULL AND r1.sodium_min >= 21.0 THEN 1 WHEN r1.sodium_min IS NULL THEN NULL ELSE 0 END AS sodium_min_21,
  CASE WHEN r1.sodium_max IS NULL THEN 'missing' WHEN r1.sodium_max < 2 THEN 'a' WHEN r1.sodium_max < 5 THEN 'b' WHEN r1.sodium_max < 10 THEN 'c' WHEN r1.sodium_max < 50 THEN 'd' WHEN r1.sodium_max < 100 THEN 'e' WHEN r1.sodium_max < 150 THEN 'f' ELSE 'g' END AS sodium_max_class,
  CASE WHEN r1.sodium_max IS NOT NULL AND r1.sodium_max >= 1.0 THEN 1 WHEN r1.sodium_max IS NULL THEN NULL ELSE 0 END AS sodium_max_1,
  CASE WHEN r1.sodium_max IS NOT NULL AND r1.sodium_max >= 2.0 THEN 1 WHEN r1.sodium_max IS NULL THEN NULL ELSE 0 END AS sodium_max_2,
  CASE WHEN r1.sodium_max IS NOT NULL AND r1.sodium_max >= 3.0 THEN 1 WHEN r1.sodium_max IS NULL THEN NULL ELSE 0 END AS sodium_max_3,
  CASE WHEN r1.sodium_max IS NOT NULL AND r1.sodium_max >= 5.0 THEN 1 WHEN r1.sodium_max IS NULL THEN NULL ELSE 0 END AS sodium_max_5,
  CASE WHEN r1.sodium_max IS NOT NULL AND r1.sodium_max >= 21.0 THEN 1 WHEN r1.sodium_max IS NULL THEN NULL ELSE 0 END AS sodium_max_21,
  CASE WHEN r1.potassium_min IS NULL THEN 'missing' WHEN r1.potassium_min < 2 THEN 'a' WHEN r1.potassium_min < 5 THEN 'b' WHEN r1.potassium_min < 10 THEN 'c' WHEN r1.potassium_min < 50 THEN 'd' WHEN r1.potassium_min < 100 THEN 'e' WHEN r1.potassium_min < 150 THEN 'f' ELSE 'g' END AS potassium_min_class,
  CASE WHEN r1.potassium_min IS NOT NULL AND r1.potassium_min >= 1.0 THEN 1 WHEN r1.potassium_min IS NULL THEN NULL ELSE 0 END AS potassium_min_1,
  CASE WHEN r1.potassium_min IS NOT NULL AND r1.potassium_min >= 2.0 THEN 1 WHEN r1.potassium_min IS NULL THEN NULL ELSE 0 END AS potassium_min_2,
  CASE WHEN r1.potassium_min IS NOT NULL AND r1.potassium_min >= 3.0 THEN 1 WHEN r1.potassium_min IS NULL THEN NULL ELSE 0 END AS potassium_min_3,
  CASE WHEN r1.potassium_min IS NOT NULL AND r1.potassium_min >= 5.0 THEN 1 WHEN r1.potassium_min IS NULL THEN NULL ELSE 0 END AS potassium_min_5,
  CASE WHEN r1.potassium_min IS NOT NULL AND r1.potassium_min >= 21.0 THEN 1 WHEN r1.potassium_min IS NULL THEN NULL ELSE 0 END AS potassium_min_21,
  CASE WHEN r1.potassium_max IS NULL THEN 'missing' WHEN r1.potassium_max < 2 THEN 'a' WHEN r1.potassium_max < 5 THEN 'b' WHEN r1.potassium_max < 10 THEN 'c' WHEN r1.potassium_max < 50 THEN 'd' WHEN r1.potassium_max < 100 THEN 'e' WHEN r1.potassium_max < 150 THEN 'f' ELSE 'g' END AS potassium_max_class,
  CASE WHEN r1.potassium_max IS NOT NULL AND r1.potassium_max >= 1.0 THEN 1 WHEN r1.potassium_max IS NULL THEN NULL ELSE 0 END AS potassium_max_1,
  CASE WHEN r1.potassium_max IS NOT NULL AND r1.potassium_max >= 2.0 THEN 1 WHEN r1.potassium_max IS NULL THEN NULL ELSE 0 END AS potassium_max_2,
  CASE WHEN r1.potassium_max IS NOT NULL AND r1.potassium_max >= 3.0 THEN 1 WHEN r1.potassium_max IS NULL THEN NULL ELSE 0 END AS potassium_max_3,
  CASE WHEN r1.potassium_max IS NOT NULL AND r1.potassium_max >= 5.0 THEN 1 WHEN r1.potassium_max IS NULL THEN NULL ELSE 0 END AS potassium_max_5,
  CASE WHEN r1.potassium_max IS NOT NULL AND r1.potassium_max >= 21.0 THEN 1 WHEN r1.potassium_max IS NULL THEN NULL ELSE 0 END AS potassium_max_21,
  CASE WHEN r1.bicarbonate_min IS NULL THEN 'missing' WHEN r1.bicarbonate_min < 2 THEN 'a' WHEN r1.bicarbonate_min < 5 THEN 'b' WHEN r1.bicarbonate_min < 10 THEN 'c' WHEN r1.bicarbonate_min < 50 THEN 'd' WHEN r1.bicarbonate_min < 100 THEN 'e' WHEN r1.bicarbonate_min < 150 THEN 'f' ELSE 'g' END AS bicarbonate_min_class,
  CASE WHEN r1.bicarbonate_min IS NOT NULL AND r1.bicarbonate_min >= 1.0 THEN 1 WHEN r1.bicarbonate_min IS NULL THEN NULL ELSE 0 END AS bicarbonate_min_1,
  CASE WHEN r1.bicarbonate_min IS NOT NULL AND r1.bicarbonate_min >= 2.0 THEN 1 WHEN r1.bicarbonate_min IS NULL THEN NULL ELSE 0 END AS bicarbonate_min_2,
  CASE WHEN r1.bicarbonate_min IS NOT NULL AND r1.bicarbonate_min >= 3.0 THEN 1 WHEN r1.bicarbonate_min IS NULL THEN NULL ELSE 0 END AS bicarbonate_min_3,
  CASE WHEN r1.bicarbonate_min IS NOT NULL AND r1.bicarbonate_min >= 5.0 THEN 1 WHEN r1.bicarbonate_min IS NULL THEN NULL ELSE 0 END AS bicarbonate_min_5,
  CASE WHEN r1.bicarbonate_min IS NOT NULL AND r1.bicarbonate_min >= 21.0 THEN 1 WHEN r1.bicarbonate_min IS NULL THEN NULL ELSE 0 END AS bicarbonate_min_21,
  CASE WHEN r1.bilirubin_max IS NULL THEN 'missing' WHEN r1.bilirubin_max < 2 THEN 'a' WHEN r1.bilirubin_max < 5 THEN 'b' WHEN r1.bilirubin_max < 10 THEN 'c' WHEN r1.bilirubin_max < 50 THEN 'd' WHEN r1.bilirubin_max < 100 THEN 'e' WHEN r1.bilirubin_max < 150 THEN 'f' ELSE 'g' END AS bilirubin_max_class,
  CASE WHEN r1.bilirubin_max IS NOT NULL AND r1.bilirubin_max >= 1.0 THEN 1 WHEN r1.bilirubin_max IS NULL THEN NULL ELSE 0 END AS bilirubin_max_1,
  CASE WHEN r1.bilirubin_max IS NOT NULL AND r1.bilirubin_max >= 2.0 THEN 1 WHEN r1.bilirubin_max IS NULL THEN NULL ELSE 0 END AS bilirubin_max_2,
  CASE WHEN r1.bilirubin_max IS NOT NULL AND r1.bilirubin_max >= 3.0 THEN 1 WHEN r1.bilirubin_max IS NULL THEN NULL ELSE 0 END AS bilirubin_max_3,
  CASE WHEN r1.bilirubin_max IS NOT NULL AND r1.bilirubin_max >= 5.0 THEN 1 WHEN r1.bilirubin_max IS NULL THEN NULL ELSE 0 END AS bilirubin_max_5,
  CASE WHEN r1.bilirubin_max IS NOT NULL AND r1.bilirubin_max >= 21.0 THEN 1 WHEN r1.bilirubin_max IS NULL THEN NULL ELSE 0 END AS bilirubin_max_21
FROM cohort c LEFT JOIN charlson ch ON ch.hadm_id = c.hadm_id
LEFT JOIN first_day_vitalsign AS r0 ON r0.stay_id = c.stay_id AND r0.subject_id = c.subject_id LEFT JOIN first_day_lab AS r1 ON r1.stay_id = c.stay_id AND r1.subject_id = c.subject_id LEFT JOIN first_day_bg AS r2 ON r2.stay_id = c.stay_id AND r2.subject_id = c.subject_id LEFT JOIN first_day_gcs AS r3 ON r3.stay_id = c.stay_id AND r3.subject_id = c.subject_id LEFT JOIN first_day_urine_output AS r4 ON r4.stay_id = c.stay_id AND r4.subject_id = c.subject_id LEFT JOIN first_day_weight AS r5 ON r5.stay_id = c.stay_id AND r5.subject_id = c.subject_id LEFT JOIN first_day_height AS r6 ON r6.stay_id = c.stay_id AND r6.subject_id = c.subject_id LEFT JOIN first_day_sofa AS r7 ON r7.stay_id = c.stay_id AND r7.subject_id = c.subject_id LEFT JOIN sirs AS r8 ON r8.stay_id = c.stay_id AND r8.subject_id = c.subject_id LEFT JOIN sapsii AS r9 ON r9.stay_id = c.stay_id AND r9.subject_id = c.subject_id LEFT JOIN sepsis3 AS r10 ON r10.stay_id = c.stay_id AND r10.subject_id = c.subject_id LEFT JOIN first_vaso AS r11 ON r11.stay_id = c.stay_id AND r11.subject_id = c.subject_id LEFT JOIN vaso_hours AS r12 ON r12.stay_id = c.stay_id AND r12.subject_id = c.subject_id LEFT JOIN vent_days AS r13 ON r13.stay_id = c.stay_id AND r13.subject_id = c.subject_id LEFT JOIN readmitted AS r14 ON r14.stay_id = c.stay_id AND r14.subject_id = c.subject_id LEFT JOIN outcome AS r15 ON r15.stay_id = c.stay_id AND r15.subject_id = c.subject_id LEFT JOIN lactate_slope AS r16 ON r16.stay_id = c.stay_id AND r16.subject_id = c.subject_id
LEFT JOIN hr_at_quarter AS q0 ON q0.stay_id = c.stay_id AND q0.quarter = 0 LEFT JOIN hr_at_quarter AS q1 ON q1.stay_id = c.stay_id AND q1.quarter = 1 LEFT JOIN hr_at_quarter AS q2 ON q2.stay_id = c.stay_id AND q2.quarter = 2 LEFT JOIN hr_at_quarter AS q3 ON q3.stay_id = c.stay_id AND q3.quarter = 3 LEFT JOIN hr_at_quarter AS q4 ON q4.stay_id = c.stay_id AND q4.quarter = 4
LEFT JOIN (SELECT s0.stay_id, s0.subject_id, s0.sofa_24hours AS v FROM sofa s0 WHERE s0.hr = 0) AS h0 ON h0.stay_id = c.stay_id LEFT JOIN (SELECT s1.stay_id, s1.subject_id, s1.sofa_24hours AS v FROM sofa s1 WHERE s1.hr = 2) AS h1 ON h1.stay_id = c.stay_id LEFT JOIN (SELECT s2.stay_id, s2.subject_id, s2.sofa_24hours AS v FROM sofa s2 WHERE s2.hr = 4) AS h2 ON h2.stay_id = c.stay_id LEFT JOIN (SELECT s3.stay_id, s3.subject_id, s3.sofa_24hours AS v FROM sofa s3 WHERE s3.hr = 6) AS h3 ON h3.stay_id = c.stay_id LEFT JOIN (SELECT s4.stay_id, s4.subject_id, s4.sofa_24hours AS v FROM sofa s4 WHERE s4.hr = 8) AS h4 ON h4.stay_id = c.stay_id LEFT JOIN (SELECT s5.stay_id, s5.subject_id, s5.sofa_24hours AS v FROM sofa s5 WHERE s5.hr = 10) AS h5 ON h5.stay_id = c.stay_id LEFT JOIN (SELECT s6.stay_id, s6.subject_id, s6.sofa_24hours AS v FROM sofa s6 WHERE s6.hr = 12) AS h6 ON h6.stay_id = c.stay_id LEFT JOIN (SELECT s7.stay_id, s7.subject_id, s7.sofa_24hours AS v FROM sofa s7 WHERE s7.hr = 14) AS h7 ON h7.stay_id = c.stay_id LEFT JOIN (SELECT s8.stay_id, s8.subject_id, s8.sofa_24hours AS v FROM sofa s8 WHERE s8.hr = 16) AS h8 ON h8.stay_id = c.stay_id LEFT JOIN (SELECT s9.stay_id, s9.subject_id, s9.sofa_24hours AS v FROM sofa s9 WHERE s9.hr = 18) AS h9 ON h9.stay_id = c.stay_id LEFT JOIN (SELECT s10.stay_id, s10.subject_id, s10.sofa_24hours AS v FROM sofa s10 WHERE s10.hr = 20) AS h10 ON h10.stay_id = c.stay_id LEFT JOIN (SELECT s11.stay_id, s11.subject_id, s11.sofa_24hours AS v FROM sofa s11 WHERE s11.hr = 22) AS h11 ON h11.stay_id = c.stay_id LEFT JOIN (SELECT s12.stay_id, s12.subject_id, s12.sofa_24hours AS v FROM sofa s12 WHERE s12.hr = 24) AS h12 ON h12.stay_id = c.stay_id
LEFT JOIN age AS g ON g.hadm_id = c.hadm_id LEFT JOIN icustay_times AS it ON it.stay_id = c.stay_id;
