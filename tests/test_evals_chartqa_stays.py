"""chartqa's golds on stays, absences, notes and joins, on small charts written by hand."""

from __future__ import annotations

import base64
import random
from typing import Any

from evals.suites.chartqa import TEMPLATES
from evals.suites.chartqa.raw import Chart, build_chart
from evals.suites.chartqa.template import Draft

BY_NAME = {t.name: t for t in TEMPLATES}
Json = dict[str, Any]


def chart(*records: Json) -> Chart:
    made = build_chart([{"resourceType": "Patient", "id": "p", "gender": "female"}, *records])
    assert made
    return made


def drafts(template: str, of: Chart, seed: int = 1) -> list[Draft]:
    return list(BY_NAME[template].build(of, random.Random(seed)))


def named(text: str) -> Json:
    return {"coding": [{"code": text, "display": text}], "text": text}


def visit(name: str, start: str, end: str, kind: str = "IMP", **more: Any) -> Json:
    period = {"start": f"{start}T10:00:00Z", "end": f"{end}T12:00:00Z"}
    made = {"resourceType": "Encounter", "id": name, "status": "finished", "class": {"code": kind}, "period": period}
    return {**made, **more}


def of_visit(kind: str, name: str, visit: str, text: str, day: str) -> Json:
    time = {"Procedure": "performedDateTime", "Observation": "effectiveDateTime"}[kind]
    status = {"Procedure": "completed", "Observation": "final"}[kind]
    return {
        "resourceType": kind, "id": name, "status": status, "code": named(text), time: f"{day}T11:00:00Z",
        "encounter": {"reference": f"Encounter/{visit}"},
    }  # fmt: skip


TWO_STAYS = (visit("a", "2020-01-01", "2020-01-04"), visit("b", "2021-05-01", "2021-05-03"))


def test_the_last_stay_is_the_last_admission() -> None:
    (draft,) = drafts("stay_last_admission", chart(*TWO_STAYS, visit("c", "2022-01-01", "2022-01-01", "AMB")))
    assert draft.gold.values == ("2021-05-01",)
    assert draft.gold.references == {"Encounter/b"}


def test_the_length_of_a_stay_is_in_days_of_the_calendar_or_of_the_clock() -> None:
    (draft,) = drafts("stay_last_length", chart(*TWO_STAYS))
    assert set(draft.gold.values) >= {2}


def test_a_nursing_home_makes_the_number_of_hospital_stays_unclear() -> None:
    home = visit("c", "2022-01-01", "2022-02-01", type=[named("Admission to skilled nursing facility")])
    assert [d.gold.values for d in drafts("stay_count", chart(*TWO_STAYS))] == [(2,)]
    assert not drafts("stay_count", chart(*TWO_STAYS, home))


def test_in_the_midst_of_a_stay_the_patient_is_in_hospital_and_after_it_not() -> None:
    told = [d for seed in range(20) for d in drafts("stay_now", chart(*TWO_STAYS), seed)]
    inside = [d for d in told if d.as_of]
    assert {d.gold.values for d in inside} == {(True,)}
    assert {d.gold.values for d in told if not d.as_of} == {(False,)}


def test_what_was_done_in_a_stay_is_told_where_reference_and_clock_agree() -> None:
    asked = chart(*TWO_STAYS, of_visit("Procedure", "x", "a", "Appendectomy", "2020-01-02"))
    told = {d.slots["nth"]: d.gold.values for d in drafts("procedures_in_stay", asked)}
    assert told == {"first": ("Appendectomy",)}
    stray = of_visit("Procedure", "y", "b", "Biopsy", "2020-01-03")
    assert not drafts("procedures_in_stay", chart(*TWO_STAYS, *asked.of("Procedure"), stray))


def test_what_any_word_of_the_chart_might_stand_for_is_not_asked_as_absent() -> None:
    wheeze = {"resourceType": "Condition", "id": "w", "code": named("Wheezing")}
    gout = {"resourceType": "Condition", "id": "g", "code": named("Gout")}
    told = {d.slots["condition"] for d in drafts("absent_condition", chart(wheeze, gout))}
    assert not {"asthma", "gout"} & told
    assert {d.gold.values for d in drafts("absent_condition", chart(wheeze))} == {(False,)}


def test_a_year_without_a_measurement_between_two_with_one_has_no_value() -> None:
    value = {"valueQuantity": {"value": 5, "unit": "%"}}
    asked = chart(
        {**of_visit("Observation", "a", "", "Hematocrit", "2018-01-01"), **value},
        {**of_visit("Observation", "b", "", "Hematocrit", "2020-01-01"), **value},
    )
    (draft,) = drafts("window_without_test", asked)
    assert (draft.slots["year"], draft.gold.values) == ("2019", ())


def note(name: str, text: str, status: str = "current", day: str = "2020-01-01") -> Json:
    data = base64.b64encode(text.encode()).decode()
    return {
        "resourceType": "DocumentReference", "id": name, "status": status, "date": f"{day}T10:00:00Z",
        "content": [{"attachment": {"contentType": "text/plain", "data": data}}],
    }  # fmt: skip


def test_a_note_that_was_superseded_is_not_read() -> None:
    old = note("a", "# Chief Complaint\n- Cough\n", "superseded")
    new = note("b", "# Chief Complaint\n- Headache\n", day="2021-01-01")
    told = {d.slots["symptom"]: d.gold.values for d in drafts("note_mentions_symptom", chart(old, new))}
    assert (told["headache"], told["cough"]) == ((True,), (False,))
    assert [d.gold.values for d in drafts("note_complaints", chart(old, new))] == [("Headache",)]


def test_a_value_of_the_day_of_a_diagnosis_needs_the_diagnosis_too() -> None:
    gout = {
        "resourceType": "Condition", "id": "g", "code": named("Gout"), "onsetDateTime": "2020-01-01",
        "clinicalStatus": named("active"),
    }  # fmt: skip
    weight = {
        **of_visit("Observation", "w", "", "Body weight", "2020-01-01"),
        "valueQuantity": {"value": 80, "unit": "kg"},
    }
    (draft,) = drafts("value_on_day_of_diagnosis", chart(gout, weight))
    assert draft.gold.values == (80,)
    assert draft.gold.references == {"Condition/g", "Observation/w"}


def test_a_drug_that_was_taken_at_home_was_not_started_by_its_first_order() -> None:
    weight = {
        **of_visit("Observation", "w", "", "Body weight", "2021-01-01"),
        "valueQuantity": {"value": 80, "unit": "kg"},
    }
    order = {
        "resourceType": "MedicationRequest", "id": "m", "status": "active", "intent": "order",
        "medicationCodeableConcept": named("Fluconazole"), "authoredOn": "2020-01-01",
    }  # fmt: skip
    home = {
        "resourceType": "MedicationStatement", "id": "h", "status": "active",
        "medicationCodeableConcept": named("fluconazole"),
    }  # fmt: skip
    assert drafts("value_after_drug", chart(order, weight))
    assert not drafts("value_after_drug", chart(order, weight, home))
