"""chartqa's golds on vaccinations, allergies and the person: what holds, and what must not be asked."""

from __future__ import annotations

import random
from typing import Any

import pytest

from evals.suites.chartqa import TEMPLATES
from evals.suites.chartqa.raw import Chart, build_chart
from evals.suites.chartqa.template import Draft

BY_NAME = {t.name: t for t in TEMPLATES}
Json = dict[str, Any]


def chart(*records: Json, **patient: Any) -> Chart:
    made = build_chart([{"resourceType": "Patient", "id": "p", "gender": "female", **patient}, *records])
    assert made
    return made


def drafts(template: str, of: Chart) -> list[Draft]:
    return list(BY_NAME[template].build(of, random.Random(1)))


def ids(draft: Draft) -> set[str]:
    return {r.rpartition("/")[2] for r in draft.gold.references}


def coded(code: str, text: str) -> Json:
    return {"coding": [{"code": code, "display": text}], "text": text}


def shot(day: str, name: str = "flu", code: str = "140", **more: Any) -> Json:
    return {
        "resourceType": "Immunization", "id": f"{name}-{day}", "status": "completed", "vaccineCode": coded(code, name),
        "occurrenceDateTime": f"{day}T10:00:00Z", **more,
    }  # fmt: skip


def allergy(text: str = "Allergy to mould", **more: Any) -> Json:
    return {
        "resourceType": "AllergyIntolerance", "id": text, "code": coded(text, text), "recordedDate": "2019-03-01",
        "clinicalStatus": coded("active", "Active"), "verificationStatus": coded("confirmed", "Confirmed"), **more,
    }  # fmt: skip


def anemia(day: str, **more: Any) -> Json:
    return {
        "resourceType": "Condition", "id": f"anemia-{day}", "code": {"text": "Anemia"}, "onsetDateTime": day,
        "clinicalStatus": coded("active", "Active"), "verificationStatus": coded("confirmed", "Confirmed"), **more,
    }  # fmt: skip


def smoking(day: str, code: str, text: str) -> Json:
    return {
        "resourceType": "Observation", "id": day, "status": "final", "code": coded("72166-2", "Tobacco smoking status"),
        "effectiveDateTime": day, "valueCodeableConcept": coded(code, text),
    }  # fmt: skip


NEVER, FORMER = ("266919005", "Never smoker"), ("8517006", "Former smoker")
NOT_GIVEN = shot("2022-01-01", "zoster", "121", status="not-done")


def test_the_latest_vaccine_was_given_and_not_declined() -> None:
    (draft,) = drafts("latest_vaccine", chart(shot("2020-01-01"), shot("2021-01-01", "Tdap", "115"), NOT_GIVEN))
    assert draft.gold.values == ("Tdap",)


def test_the_vaccines_of_a_year_are_those_given_in_it() -> None:
    given = [shot("2020-01-01"), shot("2020-02-01", "Tdap", "115"), shot("2021-01-01", "zoster", "121")]
    found = {d.slots["year"]: set(d.gold.values) for d in drafts("vaccines_of_year", chart(*given, NOT_GIVEN))}
    assert found == {"2020": {"flu", "Tdap"}, "2021": {"zoster"}}


def test_both_years_of_a_span_count() -> None:
    given = [shot(f"{year}-06-01") for year in (2018, 2019, 2020)]
    found = {
        (d.slots["first"], d.slots["last"]): d.gold.values for d in drafts("vaccinations_between_years", chart(*given))
    }
    assert found == {("2018", "2019"): (2,), ("2019", "2020"): (2,), ("2018", "2020"): (3,)}


def test_doses_before_a_birthday_lean_on_the_date_of_birth() -> None:
    given = [shot("2001-03-01"), shot("2001-09-01"), shot("2030-01-01")]
    found = drafts("doses_before_birthday", chart(*given, birthDate="2000-01-01"))
    assert {d.gold.values for d in found if d.slots["age"] == "2"} <= {(2,)}
    assert found
    assert "p" in ids(found[0])


def test_a_dose_on_the_birthday_leaves_that_age_out() -> None:
    assert not drafts("doses_before_birthday", chart(shot("2001-01-01"), birthDate="2000-01-01"))


def test_days_between_the_first_two_doses() -> None:
    given = [shot("2020-03-01"), shot("2020-01-01"), shot("2020-01-31")]
    found = drafts("days_between_doses", chart(*given))
    assert {d.gold.values for d in found} == {(30,)}
    assert ids(found[0]) == {"flu-2020-01-01", "flu-2020-01-31"}


def test_the_place_is_of_the_record_or_its_visit() -> None:
    visit = {
        "resourceType": "Encounter", "id": "v", "status": "finished", "period": {"start": "2020-01-01"},
        "location": [{"location": {"display": "East wing"}}], "serviceProvider": {"display": "Lake Clinic"},
    }  # fmt: skip
    (draft, *_) = drafts("vaccine_place", chart(visit, shot("2020-01-01", encounter={"reference": "Encounter/v"})))
    assert draft.gold.values == ("East wing", "Lake Clinic")
    assert ids(draft) == {"v", "flu-2020-01-01"}
    (nowhere,) = drafts("vaccine_place", chart(shot("2020-01-01")))
    assert nowhere.gold.values == ()


def test_the_list_of_allergies_is_all_of_them() -> None:
    (draft,) = drafts("allergy_list", chart(allergy(), allergy("Latex allergy")))
    assert draft.gold.values == ("Allergy to mould", "Latex allergy")


NO_LIST = (
    (allergy("No known allergy", code=coded("716186003", "No known allergy")), "none known"),
    (allergy(clinicalStatus=coded("inactive", "Inactive")), "over"),
    (allergy(verificationStatus=coded("unconfirmed", "Unconfirmed")), "in doubt"),
    (allergy(type="intolerance"), "an intolerance"),
)


@pytest.mark.parametrize(("record", "why"), NO_LIST, ids=[why for _, why in NO_LIST])
def test_a_doubtful_list_of_allergies_is_not_asked(record: Json, why: str) -> None:
    assert not drafts("allergy_list", chart(allergy("Latex allergy"), record)), why


def test_no_known_allergy_is_a_no_and_no_record_tells_nothing() -> None:
    (draft,) = drafts("allergy_any", chart(NO_LIST[0][0]))
    assert draft.gold.values == (False,)
    assert not drafts("allergy_any", chart())


def test_a_kind_of_allergy_is_not_asked_where_mould_is_a_food() -> None:
    food, drug = allergy("Peanut", category=["food"]), allergy("Codeine", category=["medication"])
    found = {d.slots["kind"]: d.gold.values for d in drafts("allergies_of_kind", chart(food, drug))}
    assert found == {"food": ("Peanut",), "drug": ("Codeine",)}
    assert not drafts("allergies_of_kind", chart(food, allergy(category=["food"])))


def test_a_reaction_is_told_or_not_written_down() -> None:
    (told,) = drafts("allergy_reaction", chart(allergy(reaction=[{"manifestation": [coded("h", "Hives")]}])))
    (untold,) = drafts("allergy_reaction", chart(allergy()))
    assert told.slots == untold.slots == {"substance": "mould"}
    assert told.gold.values == ("Hives",)
    assert untold.gold.values == ()
    assert not drafts("allergy_reaction", chart(allergy(note=[{"text": "swelling"}])))


def test_a_risk_is_a_criticality_and_no_severity() -> None:
    (draft,) = drafts("allergy_risk", chart(allergy(criticality="low")))
    assert draft.gold.values[0] == "low"
    assert not drafts("allergy_risk", chart(allergy(reaction=[{"severity": "mild"}])))


def test_an_allergy_is_on_record_since_its_date_unless_it_began_before() -> None:
    (draft,) = drafts("allergy_since", chart(allergy()))
    assert draft.gold.values == ("2019-03-01",)
    assert not drafts("allergy_since", chart(allergy(onsetDateTime="2010")))


PERSON = (
    ("marital_status", {"maritalStatus": coded("W", "Widowed")}, "widowed"),
    ("language_spoken", {"communication": [{"language": {"coding": [{"code": "pt-BR"}]}}]}, "Portuguese"),
    ("home_city", {"address": [{"city": "Quincy"}]}, "Quincy"),
    ("phone_number", {"telecom": [{"system": "phone", "value": "555-0100"}]}, "555-0100"),
)


@pytest.mark.parametrize(("template", "told", "value"), PERSON, ids=[t for t, _, _ in PERSON])
def test_what_the_patient_record_tells_and_what_it_leaves_out(template: str, told: Json, value: str) -> None:
    (draft,), (bare,) = drafts(template, chart(**told)), drafts(template, chart())
    assert value in draft.gold.values
    assert ids(draft) == {"p"}
    assert bare.gold.values == ()


TWO_TOLD = (
    ("marital_status", {"maritalStatus": coded("UNK", "unknown")}),
    ("language_spoken", {"communication": [{"language": {"text": "A"}}, {"language": {"text": "B"}}]}),
    ("home_city", {"address": [{"city": "Quincy"}, {"city": "Boston"}]}),
    ("phone_number", {"telecom": [{"system": "phone", "value": "1"}, {"system": "phone", "value": "2"}]}),
)


@pytest.mark.parametrize(("template", "told"), TWO_TOLD, ids=[t for t, _ in TWO_TOLD])
def test_what_is_told_twice_or_unknown_is_not_asked(template: str, told: Json) -> None:
    assert not drafts(template, chart(**told))


def test_race_is_asked_where_one_is_told() -> None:
    url = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race"
    parts = [{"url": "ombCategory", "valueCoding": {"display": "Asian"}}, {"url": "text", "valueString": "Asian"}]
    (draft,) = drafts("race_recorded", chart(extension=[{"url": url, "extension": parts}]))
    assert draft.gold.values == ("Asian",)
    assert not drafts("race_recorded", chart(extension=[{"url": url, "extension": [parts[0], *parts]}]))


def test_who_never_smoked_was_never_told_otherwise() -> None:
    (draft,) = drafts("ever_smoked", chart(smoking("2019-01-01", *NEVER), smoking("2020-01-01", *NEVER)))
    assert draft.gold.values == (False,)
    assert ids(draft) == {"2020-01-01"}
    assert not drafts("ever_smoked", chart(smoking("2019-01-01", *FORMER), smoking("2020-01-01", *NEVER)))
    assert not drafts("ever_smoked", chart(smoking("2020-01-01", *NEVER), anemia("2020", code={"text": "Tobacco use"})))


AGES = (("2020-06-01", 19), ("2020-06-02", 20), ("2020-06-03", 20))


@pytest.mark.parametrize(("day", "age"), AGES, ids=[d for d, _ in AGES])
def test_an_age_is_in_whole_years_from_the_birthday_on(day: str, age: int) -> None:
    visit = {"resourceType": "Encounter", "id": "v", "status": "finished", "period": {"start": f"{day}T10:00:00Z"}}
    scan = {
        "resourceType": "Procedure", "id": "s", "status": "completed", "code": {"text": "Bone scan"},
        "performedDateTime": f"{day}T10:00:00Z",
    }  # fmt: skip
    asked = chart(anemia(day), visit, scan, birthDate="2000-06-02")
    for template in ("age_at_diagnosis", "age_at_first_procedure", "age_on_day"):
        (draft,) = drafts(template, asked)
        assert draft.gold.values == (age,), template
        assert "p" in ids(draft)


def test_an_age_is_not_asked_where_the_day_of_birth_is_not_told() -> None:
    assert not drafts("age_at_diagnosis", chart(anemia("2020-01-01"), birthDate="2000"))
    assert not drafts("age_at_diagnosis", chart(anemia("2020-01-01"), anemia("2021-01-01"), birthDate="2000-06-02"))
