"""Templates on the person: status, language, city, ethnic group, smoking, and the age at what happened."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import date

from evals.item import Gold
from evals.suites.chartqa.clock import format_day
from evals.suites.chartqa.conditions import conditions, onset
from evals.suites.chartqa.dependent import procedures
from evals.suites.chartqa.groups import choose_groups, observations
from evals.suites.chartqa.raw import Chart, Json, references_of
from evals.suites.chartqa.record import latest, started, to_codes, to_names
from evals.suites.chartqa.template import Draft, template
from evals.suites.chartqa.vaccinations import birthday

PERSON = "demographics and social history"
_RACE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race"
_LANGUAGES = {"en": "English", "es": "Spanish", "fr": "French", "pt": "Portuguese", "zh": "Chinese", "el": "Greek"}
_MARITAL = {"S": "single", "M": "married", "D": "divorced", "W": "widowed"}
_TOBACCO = re.compile("smok|tobacco|nicotin", re.IGNORECASE)
_SMOKES = {
    "266919005": False, "8517006": True, "77176002": True, "449868002": True, "428041000124106": True,
    "428071000124103": True, "428061000124105": True,
}  # fmt: skip
"""Whether a status means that the patient ever smoked."""


def _of_patient(chart: Chart, names: tuple[str, ...], marital: bool = False) -> Gold:
    return Gold(names, one_of=True, marital=marital, references=references_of([chart.patient]))


def _not_told(what: str) -> Draft:
    return Draft({}, Gold(()), frozenset({"unanswerable"}), f"the chart tells no {what}")


@template(
    "marital_status",
    PERSON,
    patient=(
        "Do you have me down as single, married or something else?",
        "What does my record give as my marital status?",
        "My family situation may be out of date. What marital status is on file for me?",
    ),
    clinician=(
        "Marital status?",
        "Is {he} married, single, divorced or widowed per the demographics?",
        "What marital status is registered for this patient?",
        "Patient's recorded marital status, please.",
    ),
)
def marital_status(chart: Chart, _: random.Random) -> Iterator[Draft]:
    told = chart.patient.get("maritalStatus")
    codes = sorted(to_codes(told) & _MARITAL.keys())
    if codes:
        names = (_MARITAL[codes[0]], *codes, *to_names(told))
        yield Draft({}, _of_patient(chart, tuple(dict.fromkeys(names)), marital=True))
    elif told is None and b"marital" not in chart.text and "DocumentReference" not in chart.records:
        yield _not_told("marital status")


@template(
    "language_spoken",
    PERSON,
    patient=(
        "Which language do you have listed for me?",
        "I'd like letters in my own language. What language does my record say I speak?",
        "In what language am I registered to communicate?",
    ),
    clinician=(
        "Language?",
        "What language does {he} speak?",
        "Do we need an interpreter? Which language is documented for {him}?",
        "Preferred language on the demographics?",
    ),
)
def language_spoken(chart: Chart, _: random.Random) -> Iterator[Draft]:
    spoken = chart.patient.get("communication", ())
    if len(spoken) == 1:
        language = spoken[0].get("language") or {}
        codes = sorted(to_codes(language))
        names = (*to_names(language), *codes, *(_LANGUAGES.get(c.partition("-")[0], c) for c in codes))
        yield Draft({}, _of_patient(chart, tuple(dict.fromkeys(names))))
    elif not spoken and b"language" not in chart.text and "DocumentReference" not in chart.records:
        yield _not_told("language")


@template(
    "home_city",
    PERSON,
    patient=(
        "Which town do you have in my address?",
        "I moved a while ago. What city is my home address in, going by your records?",
        "What city am I registered as living in?",
    ),
    clinician=(
        "City of residence?",
        "In which city does {he} live?",
        "What town is on {his} address?",
        "Where does the patient live (city only)?",
    ),
)
def home_city(chart: Chart, _: random.Random) -> Iterator[Draft]:
    addresses = chart.patient.get("address", ())
    cities = {str(a.get("city")) for a in addresses if a.get("city")}
    if len(cities) == 1 == len(addresses):
        yield Draft({}, _of_patient(chart, tuple(cities)))
    elif not addresses and "DocumentReference" not in chart.records:
        yield _not_told("address")


@template(
    "phone_number",
    PERSON,
    patient=(
        "What phone number do you have for me?",
        "Which number would you call me on?",
        "I changed my phone. What's the old number in my file?",
    ),
    clinician=(
        "Phone number?",
        "How do we reach {him} by phone?",
        "Contact number on the demographics?",
        "What telephone number is listed for this patient?",
    ),
)
def phone_number(chart: Chart, _: random.Random) -> Iterator[Draft]:
    phones = [t for t in chart.patient.get("telecom", ()) if t.get("system") == "phone" and t.get("value")]
    if len(phones) == 1:
        yield Draft({}, _of_patient(chart, (str(phones[0]["value"]),)))
    elif not chart.patient.get("telecom") and "DocumentReference" not in chart.records:
        yield _not_told("telephone number")


@template(
    "race_recorded",
    PERSON,
    patient=(
        "What race is entered for me?",
        "Which race do I have in your system?",
        "On my registration, what did you put under race?",
    ),
    clinician=(
        "Race as documented?",
        "What is {his} recorded race?",
        "Race on the demographics page?",
        "Which race is the patient registered under?",
    ),
)
def race_recorded(chart: Chart, _: random.Random) -> Iterator[Draft]:
    """As the one category that is told."""
    parts = [p for e in chart.patient.get("extension", ()) if e.get("url") == _RACE for p in e.get("extension", ())]
    coded = [str(p["valueCoding"].get("display")) for p in parts if "valueCoding" in p]
    texts = [str(p["valueString"]) for p in parts if "valueString" in p]
    if len(coded) == 1 and texts:
        yield Draft({}, _of_patient(chart, tuple(dict.fromkeys((*coded, *texts)))))


@template(
    "ever_smoked",
    PERSON,
    patient=(
        "According to my chart, have I ever been a smoker?",
        "Does my record say that I've smoked at any time?",
        "For the insurance form: have I ever smoked, going by what you have?",
    ),
    clinician=(
        "Ever smoker?",
        "Any history of smoking?",
        "Has {he} ever smoked?",
        "Smoking hx, past or present: yes/no?",
    ),
)
def ever_smoked(chart: Chart, _: random.Random) -> Iterator[Draft]:
    """Where no record contradicts the latest, and no diagnosis is of tobacco."""
    if any(_TOBACCO.search(n) for r in chart.of("Condition") for n in to_names(r.get("code"))):
        return
    found = [o for o in observations(chart) if "72166-2" in to_codes(o.get("code"))]
    told = {s for o in found for c in to_codes(o.get("valueCodeableConcept")) for s in [_SMOKES.get(c)]}
    if len(told) == 1 and None not in told and (last := latest(found)):
        yield Draft({}, Gold((bool(told.pop()),), references=references_of(last)))


def age_draft(chart: Chart, slots: dict[str, str], day: date, records: list[Json]) -> Iterator[Draft]:
    """How old the patient was on a day."""
    born = birthday(chart)
    if born and born < day:
        years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
        yield Draft(slots, Gold((years,), references=references_of([*records, chart.patient])))


@template(
    "age_at_diagnosis",
    PERSON,
    patient=(
        "How old was I when I was diagnosed with {condition}?",
        "At what age did I get the diagnosis of {condition}?",
        "I was told I have {condition} years ago. What was my age at the time?",
    ),
    clinician=(
        "Age at diagnosis of {condition}?",
        "How old was {he} when {condition} was diagnosed?",
        "{condition}: age at onset?",
        "What was the patient's age when {condition} was first recorded?",
    ),
)
def age_at_diagnosis(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for group, name in choose_groups(conditions(chart), dice):
        begun = onset(group.records)
        if begun and len(group.records) == 1:
            yield from age_draft(chart, {"condition": name}, begun.day, list(group.records))


@template(
    "age_at_first_procedure",
    PERSON,
    patient=(
        "How old was I the first time I had {procedure}?",
        "What was my age when {procedure} was first done?",
        "The first {procedure} I had: how many years old was I then?",
    ),
    clinician=(
        "Age at first {procedure}?",
        "How old was {he} at the time of {his} first {procedure}?",
        "First {procedure} at what age?",
        "What was the patient's age when {procedure} was performed for the first time?",
    ),
)
def age_at_first_procedure(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for group, name in choose_groups(procedures(chart), dice):
        first = latest(group.records, last=False)
        moment = started(first[0]) if len(first) == 1 else None
        if moment:
            yield from age_draft(chart, {"procedure": name}, moment.day, first)


@template(
    "age_on_day",
    PERSON,
    patient=(
        "How old was I on {day}?",
        "What was my age on {day}?",
        "If you go by my date of birth, how many years old was I on {day}?",
    ),
    clinician=(
        "Age on {day}?",
        "How old was {he} as of {day}?",
        "What was {his} age at the encounter of {day}?",
        "Patient's age, in years, on {day}?",
    ),
)
def age_on_day(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    days = sorted({m.day for v in chart.of("Encounter") if (m := started(v))})
    for day in dice.sample(days, len(days)):
        yield from age_draft(chart, {"day": format_day(day, dice)}, day, [])
