"""Draft: an order or a measured value that somebody may approve, typed. Knows nothing of FHIR JSON and of planners.

The field docstrings are prompt text. Whose draft it is and when it is written is said by the caller.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from tools.chart_query import Plan

Priority = Literal["routine", "urgent", "asap", "stat"]


class Quantity(Plan):
    """A number and its unit: 2 g, 4 h."""

    value: float = Field(gt=0, allow_inf_nan=False)
    unit: str = Field(min_length=1, max_length=40)


class Code(Plan):
    """What is ordered or measured: in words, and by code where one is given."""

    name: str = Field(min_length=1, max_length=300)
    code: str | None = Field(default=None, max_length=100)
    system: str | None = Field(default=None, max_length=300, description="URI of the code system; none: a local code.")


class _Draft(Plan):
    what: Code
    note: str | None = Field(default=None, max_length=20_000, description="Free text that goes with it.")


class ServiceDraft(_Draft):
    """A test, a referral or a procedure."""

    sort: Literal["service"] = "service"
    priority: Priority | None = None
    when: str | None = Field(default=None, description="When it is to be done: ISO 8601 with offset, or a day.")


class MedicationDraft(_Draft):
    """A drug: how much, how, and over which time."""

    sort: Literal["medication"] = "medication"
    dose: Quantity
    over: Quantity | None = Field(default=None, description="How long an infusion runs.")
    route: str | None = Field(default=None, max_length=100, description="IV, oral …")
    priority: Priority | None = None
    when: str | None = Field(default=None, description="When it is to be given: ISO 8601 with offset, or a day.")


class ObservationDraft(_Draft):
    """A value that somebody measured."""

    sort: Literal["observation"] = "observation"
    value: str = Field(min_length=1, max_length=300, description='As it was told: "118/77 mmHg".')
    category: Literal["vital-signs", "laboratory"] = "vital-signs"


Draft = ServiceDraft | MedicationDraft | ObservationDraft
DRAFT: TypeAdapter[Draft] = TypeAdapter(Annotated[Draft, Field(discriminator="sort")])


def describe_draft(draft: Draft) -> str:
    """A draft in words.

    >>> dose, over = Quantity(value=2, unit="g"), Quantity(value=2, unit="h")
    >>> describe_draft(MedicationDraft(what=Code(name="magnesium sulfate"), dose=dose, over=over, route="IV"))
    'magnesium sulfate 2 g IV over 2 h'
    >>> describe_draft(ServiceDraft(what=Code(name="potassium", code="2823-3"), when="2024-01-02"))
    'potassium (2823-3), for 2024-01-02'
    """
    coded = f" ({draft.what.code})" if draft.what.code else ""
    text = f"{draft.what.name}{coded}{_tell_value(draft)}"
    if not isinstance(draft, ObservationDraft):
        text += f", for {draft.when}" if draft.when else ""
        text += f", {draft.priority}" if draft.priority else ""
    return text + (f", note: {draft.note}" if draft.note else "")


def _tell_value(draft: Draft) -> str:
    if isinstance(draft, ObservationDraft):
        return f": {draft.value}"
    if isinstance(draft, ServiceDraft):
        return ""
    route = f" {draft.route}" if draft.route else ""
    over = f" over {draft.over.value:g} {draft.over.unit}" if draft.over else ""
    return f" {draft.dose.value:g} {draft.dose.unit}{route}{over}"
