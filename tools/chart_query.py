"""ChartQuery: the typed plan of one retrieval, in clinical words.

A planner fills this in; `tools.execute` turns it into FHIR searches. Nothing here knows FHIR or planners.
The field docstrings are prompt text: change them together with an eval run.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Kind(StrEnum):
    """What sort of record is asked for."""

    PATIENT = "patient"
    CONDITION = "condition"
    ALLERGY = "allergy"
    MEDICATION = "medication"
    MEDICATION_ORDERED = "medication_ordered"
    MEDICATION_DISPENSED = "medication_dispensed"
    MEDICATION_ADMINISTERED = "medication_administered"
    MEDICATION_REPORTED = "medication_reported"
    OBSERVATION = "observation"
    LAB = "lab"
    VITAL = "vital"
    MICROBIOLOGY = "microbiology"
    SPECIMEN = "specimen"
    INTAKE = "intake"
    OUTPUT = "output"
    PROCEDURE = "procedure"
    IMMUNIZATION = "immunization"
    ENCOUNTER = "encounter"
    HOSPITAL_STAY = "hospital_stay"
    ICU_STAY = "icu_stay"
    ED_VISIT = "ed_visit"
    WARD_STAY = "ward_stay"
    REPORT = "report"
    NOTE = "note"
    IMAGING = "imaging"
    ORDER = "order"
    APPOINTMENT = "appointment"
    QUESTIONNAIRE = "questionnaire"
    CARE_PLAN = "care_plan"
    CARE_TEAM = "care_team"
    GOAL = "goal"
    DEVICE = "device"
    FAMILY_HISTORY = "family_history"
    SOCIAL_HISTORY = "social_history"
    COVERAGE = "coverage"


class Compute(StrEnum):
    """What is done with the records selected."""

    LIST = "list"
    EXISTS = "exists"
    COUNT = "count"
    COUNT_DISTINCT = "count_distinct"
    VALUE = "value"
    TIME = "time"
    MIN = "min"
    MAX = "max"
    MEAN = "mean"
    SUM = "sum"
    CHANGE = "change"
    INCREASED = "increased"
    DECREASED = "decreased"
    CHANGED = "changed"
    IMPROVED = "improved"
    WORSENED = "worsened"
    STABLE = "stable"
    RISE = "rise"
    FALL = "fall"
    PERCENT_CHANGE = "percent_change"
    NORMAL = "normal"
    TREND = "trend"
    DURATION = "duration"
    INTERVAL = "interval"
    """Between the first and the last of the records picked."""
    TIME_SINCE = "time_since"
    AGE = "age"


class Slot(StrEnum):
    """Which attribute of a record is asked for, or filtered on."""

    NAME = "name"
    VALUE = "value"
    UNIT = "unit"
    TIME = "time"
    END = "end"
    STATUS = "status"
    STATUS_REASON = "status_reason"
    DOSE = "dose"
    ROUTE = "route"
    FREQUENCY = "frequency"
    PRESCRIBER = "prescriber"
    PERFORMER = "performer"
    REASON = "reason"
    CATEGORY = "category"
    SPECIMEN = "specimen"
    ORGANISM = "organism"
    SUSCEPTIBILITY = "susceptibility"
    INTERPRETATION = "interpretation"
    REFERENCE_RANGE = "reference_range"
    BODY_SITE = "body_site"
    SEVERITY = "severity"
    CRITICALITY = "criticality"
    REACTION = "reaction"
    LOCATION = "location"
    ADMISSION_TYPE = "admission_type"
    ADMIT_SOURCE = "admit_source"
    DISCHARGE_DISPOSITION = "discharge_disposition"
    GENDER = "gender"
    BIRTH_DATE = "birth_date"
    DEATH = "death"
    MARITAL_STATUS = "marital_status"
    RACE = "race"
    ETHNICITY = "ethnicity"
    LANGUAGE = "language"
    GENERAL_PRACTITIONER = "general_practitioner"
    ADDRESS = "address"
    CITY = "city"
    STATE = "state"
    POSTAL_CODE = "postal_code"
    EMAIL = "email"
    PHONE = "phone"
    IDENTIFIER = "identifier"
    GOALS = "goals"


class Plan(BaseModel):
    """Base of all plan models: strict, frozen, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Stay(Plan):
    """A stay the search is confined to."""

    type: Literal["hospital", "icu", "ed", "visit"] = "hospital"
    which: Literal["first", "last", "current", "nth", "any"]
    n: int | None = Field(default=None, ge=1, description="With nth: 2 for the second.")
    when: str | None = Field(default=None, max_length=200, description="Only stays of that time: 'on 2140-05-03'.")


class Anchor(Plan):
    """Another record that bounds the search in time: 'after the last appendectomy'."""

    relation: Literal["before", "after", "within", "same_day", "same_stay", "from"]
    kind: Kind
    about: tuple[str, ...] = ()
    pick: Literal["first", "last", "any"] = "last"
    hours: float | None = Field(default=None, gt=0, description="At most so far away.")
    when: str | None = Field(default=None, max_length=200, description="Only one of that time: 'on 2140-05-03'.")
    ended: bool = Field(default=False, description="With `when`: by when it ended, not by when it began.")


UNSAID = "active or not recorded"
"""Of a status: what is so now, as far as the chart keeps it: "has she asthma?" where diagnoses bear no status."""


class Condition(Plan):
    """A filter on one attribute: value < 115, status = active, route = PO, specimen = urine."""

    field: Slot
    op: Literal["=", "!=", "<", "<=", ">", ">="] = "="
    value: str
    unit: str | None = None


class Pick(Plan):
    """Which of the selected records, in order of time."""

    which: Literal["all", "first", "last", "nth"] = "all"
    n: int = Field(default=1, ge=1, description="How many; with nth, which one.")
    skip: int = Field(default=0, ge=0, description="With last: 1 for the one before.")


class Per(Plan):
    """Group by calendar unit first, then compute within each group."""

    unit: Literal["day", "month", "year"]


class ChartQuery(Plan):
    """One retrieval over the bound patient's chart."""

    kind: Kind
    about: tuple[str, ...] = Field(default=(), description="Clinical names or codes, any of them.")
    not_about: tuple[str, ...] = Field(default=(), description="'other than penicillin'")
    among: Literal["previous_answer", "before_previous_answer", "after_previous_answer"] | None = Field(
        default=None, description="By the previous turn's records."
    )
    when: str | None = Field(default=None, max_length=200, description="'since March 2015', 'last 24 hours', 'in 2137'")
    ongoing: bool = Field(default=False, description="With `when`: also what began earlier and went on.")
    ended: bool = Field(default=False, description="By when it ended, not by when it began: 'resolved in 2016'.")
    against: str | None = Field(
        default=None, max_length=200, description="Another time, whose value that of `when` is set against: 'in 2018'."
    )
    during: Stay | None = None
    around: Anchor | None = None
    until: Anchor | None = Field(default=None, description="With `around`: another record that bounds it too.")
    where: tuple[Condition, ...] = ()
    pick: Pick = Pick()
    compute: Compute = Compute.LIST
    field: Slot | None = Field(default=None, description="Attribute asked for.")
    per: Per | None = None
    unit: str | None = Field(default=None, description="Of the answer: hours, mg/dL.")
