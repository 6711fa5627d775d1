"""Words that verification knows: those that claim nothing, those that deny, count, order, or name a kind of record."""

from __future__ import annotations

import re

from tools.chart_query import Compute, Kind


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


GLUE = _set(
    """
    a an the by to from this that these those it its he she they him her his hers their them we our i you
    your my who which what when where there here is are was were be been being am has have had having do
    does did of in on at for with as per since and or also too so patient mr mrs ms miss record recorded
    documented noted show showed shown say said state stated according chart value result reading measured
    measurement level found listed list date dated time any ever evidence entry following answer question
    finding respectively
    """
)
"""They carry no claim of their own. What is neither here nor in the evidence can't be checked."""

NEGATIONS = _set(
    """
    no not never none without deny denied denies negative absent absence neither nor nothing cannot refuted isn hasn
    wasn weren haven hadn doesn don didn aren won unremarkable
    """
)
DENYING_STATUS = _set("refuted not-done entered-in-error cancelled")
NOT_NOW = _set("stopped completed resolved on-hold inactive remission finished ended abandoned unknown")
UNSETTLED = _set("provisional differential unconfirmed preliminary planned proposed draft registered suspected")
PAST = _set(
    "was were had did been previously past former formerly history took received gave given administered dispensed "
    "ordered prescribed performed underwent"
)
VERBS = _set("is are was were has have had do does did show showed shown say said take taking took")

NUMBERS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "  # noqa: SIM905
        "seventeen eighteen nineteen twenty".split()
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "hundred": 100, "dozen": 12, "once": 1, "twice": 2, "thrice": 3, "both": 2}

CURRENT = _set("current currently now still ongoing active presently")
COUNTED = _set(
    "time record result entry occasion instance drug medication medicine reading value test visit stay admission note"
)
LAST = _set("last latest recent newest most")
FIRST = _set("first earliest initial initially")
COMPUTED: dict[Compute, frozenset[str]] = {
    Compute.MAX: _set("highest maximum max peak largest greatest"),
    Compute.MIN: _set("lowest minimum min smallest least"),
    Compute.MEAN: _set("mean average averaged"),
    Compute.SUM: _set("sum total totalled totaled"),
    Compute.CHANGE: _set("change changed difference"),
    Compute.RISE: _set("change changed difference"),
    Compute.FALL: _set("change changed difference"),
    Compute.PERCENT_CHANGE: _set("percent percentage change changed difference"),
    Compute.TREND: _set("trend"),
    Compute.DURATION: _set("duration lasted last long length"),
    Compute.INTERVAL: _set("interval between apart gap"),
    Compute.TIME_SINCE: _set("ago since elapsed passed"),
    Compute.AGE: _set("age aged old"),
    Compute.COUNT: _set("total count number"),
    Compute.COUNT_DISTINCT: _set("different distinct total count number"),
}
RISING = _set("rose risen rise rising increased increase increasing up gained gain")
FALLING = _set("fell fallen fall falling decreased decrease decreasing down dropped lost loss")
UNCHANGED = _set("unchanged stable same")
BEGINNING = _set("admitted admission arrived began begun started start onset since")
ENDING = _set("discharged discharge left ended end resolved stopped until finished")
INSTANT = frozenset({Kind.LAB, Kind.VITAL, Kind.OBSERVATION, Kind.MICROBIOLOGY, Kind.IMMUNIZATION, Kind.SPECIMEN})
"""Kinds of what is at one moment, and not since then."""
COMPARED = {
    "<": _set("under below less lower fewer <"),
    "<=": _set("under below less lower fewer most <= <"),
    ">": _set("over above greater more higher exceeded exceeding >"),
    ">=": _set("over above greater more higher least >= >"),
    "!=": _set("not other except than"),
}

_DRUG = "medication drug medicine"
KIND_WORDS: dict[Kind, frozenset[str]] = {
    Kind.CONDITION: _set("condition diagnosis diagnose diagnosed diagnosi disease problem disorder"),
    Kind.ALLERGY: _set("allergy allergic intolerance allergen"),
    Kind.MEDICATION: _set(f"{_DRUG} take taking taken took use using"),
    Kind.MEDICATION_ORDERED: _set("ordered order prescribed prescription prescribe"),
    Kind.MEDICATION_ADMINISTERED: _set("administered administration given gave received"),
    Kind.MEDICATION_DISPENSED: _set("dispensed dispense filled"),
    Kind.MEDICATION_REPORTED: _set("reported report"),
    Kind.LAB: _set("lab laboratory test"),
    Kind.VITAL: _set("vital sign"),
    Kind.OBSERVATION: _set("observation lab test vital"),
    Kind.MICROBIOLOGY: _set("microbiology culture test grew"),
    Kind.PROCEDURE: _set("procedure operation surgery underwent performed"),
    Kind.IMMUNIZATION: _set("immunization immunisation vaccine vaccination vaccinated immunized"),
    Kind.ENCOUNTER: _set("encounter visit"),
    Kind.HOSPITAL_STAY: _set("hospital stay admission admitted hospitalization hospitalized discharged"),
    Kind.ICU_STAY: _set("icu intensive"),
    Kind.ED_VISIT: _set("ed emergency"),
    Kind.WARD_STAY: _set("ward"),
    Kind.NOTE: _set("note letter mention mentioned"),
    Kind.IMAGING: _set("imaging scan study"),
    Kind.PATIENT: _set("born birth gender sex"),
}
"""Singular, lower case. Of a kind that is not here, the words of its own name."""
BESIDE_KIND = _set("stay visit department unit care room list entry history")
"""They may stand beside the words for a kind, and do not say which it is."""
COUNTABLE = COUNTED.union(*KIND_WORDS.values())


def kind_words(kind: Kind) -> frozenset[str]:
    """The words that say a kind of record.

    >>> sorted(kind_words(Kind.CARE_PLAN))
    ['care', 'plan']
    """
    if (words := KIND_WORDS.get(kind)) is None:
        return frozenset(stem(w) for w in kind.value.split("_"))
    drug = _set(_DRUG) if kind.value.startswith("medication_") else frozenset()
    return frozenset(stem(w) for w in words) | drug


def stem(word: str) -> str:
    """A word in lower case, without possessive and plural ending.

    >>> [stem(w) for w in ("Patient's", "Allergies", "tests", "virus", "DRESS")]
    ['patient', 'allergy', 'test', 'virus', 'dress']
    """
    low = re.sub(r"['’]s?$", "", word.casefold())
    if len(low) > 4 and low.endswith("ies"):
        return low[:-3] + "y"
    if len(low) > 3 and low.endswith("s") and not low.endswith(("ss", "us", "is")):
        return low[:-1]
    return low


GLUE_STEMS = frozenset(stem(w) for w in GLUE) | GLUE

_UNITS = _set(
    """
    % mg g kg mcg ug µg μg ng pg ml l dl ul µl cl mmol umol µmol μmol nmol pmol mol meq eq iu miu u mu ku [iu] unit mmhg
    mm[hg] kpa bpm cm mm m km inch foot ft lb [lb_av] oz cel °c °f c f degf [degf] h hr hour min minute s sec second d
    day week month year yr wk mo beat breath copy cell k/ul tablet capsule puff drop patch fl mosm inr kcal cal ratio
    percent celsius fahrenheit pound kilogram gram milligram microgram liter litre milliliter millilitre
    """
)
_SPELLED = {
    "percent": "%", "μg": "ug", "µg": "ug", "mcg": "ug", "microgram": "ug", "milligram": "mg", "gram": "g",
    "kilogram": "kg", "pound": "lb", "[lb_av]": "lb", "mm[hg]": "mmhg", "hr": "hour", "h": "hour", "d": "day",
    "yr": "year", "wk": "week", "mo": "month", "minute": "min", "cel": "°c", "c": "°c", "celsius": "°c",
    "[degf]": "°f", "degf": "°f", "f": "°f", "fahrenheit": "°f", "[iu]": "iu", "u": "unit", "liter": "l", "litre": "l",
    "milliliter": "ml", "millilitre": "ml",
}  # fmt: skip


def read_unit(text: str) -> str | None:
    """A unit in one spelling; None for a word that is none.

    >>> read_unit("mg/dL"), read_unit("mcg"), read_unit("hours"), read_unit("conditions"), read_unit("mmHg")
    ('mg/dl', 'ug', 'hour', None, 'mmhg')
    """
    low = stem(text.rstrip(".,;:)"))
    top, *below = low.split("/")
    if top not in _UNITS and not re.fullmatch(r"x?10[\^*]\d+|k|m", top):
        return None
    return "/".join(_SPELLED.get(part, part) for part in (top, *below))
