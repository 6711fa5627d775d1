"""Wording: the statement a finding supports, made by code so that every planner says the same."""

from __future__ import annotations

from collections.abc import Sequence

from tools.chart_query import Anchor, ChartQuery, Compute, Condition, Kind, Slot
from tools.evidence import Value, clean_text
from tools.execute.attributes import DRUGS, Computed, natural_slot, slot_values
from tools.execute.growth import tell_verdicts
from tools.execute.selection import texts_of
from tools.execute.spans import TIME_UNITS
from tools.execute.stays import STAY_NAMES
from tools.records.record import Record

_SHOWN = 12
_PLURALS = {
    Kind.ALLERGY: "allergies", Kind.MICROBIOLOGY: "microbiology tests", Kind.INTAKE: "intake records",
    Kind.OUTPUT: "output records", Kind.FAMILY_HISTORY: "family history entries", Kind.IMAGING: "imaging studies",
    Kind.SOCIAL_HISTORY: "social history entries", Kind.PATIENT: "patient records", Kind.LAB: "lab results",
    Kind.MEDICATION: "medication records", Kind.MEDICATION_ORDERED: "medication orders",
    Kind.MEDICATION_DISPENSED: "dispensed medications", Kind.MEDICATION_ADMINISTERED: "medication administrations",
    Kind.MEDICATION_REPORTED: "reported medications", Kind.ICU_STAY: "ICU stays",
    Kind.ED_VISIT: "emergency department visits", Kind.VITAL: "vital signs", Kind.COVERAGE: "coverages",
}  # fmt: skip

_AMONG = {
    "previous_answer": "among those told before",
    "before_previous_answer": "before those told",
    "after_previous_answer": "after those told",
}

_MONTH = 730.5
"""Hours."""


def kind_name(kind: Kind, count: int = 2) -> str:
    """A kind in words, in the plural unless there is one.

    >>> kind_name(Kind.ALLERGY), kind_name(Kind.CONDITION, 1)
    ('allergies', 'condition')
    """
    plural = _PLURALS.get(kind, kind.value.replace("_", " ") + "s")
    if count != 1:
        return plural
    return plural[:-3] + "y" if plural.endswith("ies") else plural.removesuffix("s")


def _absent_name(kind: Kind) -> str:
    """A kind after "no record of", which is not to say "records" again."""
    return "medications" if kind is Kind.MEDICATION else kind_name(kind).removesuffix(" records")


def describe_scope(query: ChartQuery, count: int = 2) -> str:
    """What was searched, in words: `"aspirin" medication orders during the last hospital stay, since 2140`."""
    about = " or ".join(f'"{clean_text(a, 80)}"' for a in query.about)
    parts = [f"{about} {kind_name(query.kind, count)}".strip()]
    parts += [_describe_filter(c) for c in query.where]
    parts += ["that ended"] if query.ended else []
    if query.during is not None:
        which = f"number {query.during.n}" if query.during.which == "nth" else query.during.which
        parts.append(f"during {'' if which == 'any' else 'the '}{which} {STAY_NAMES[query.during.type]}")
        parts += [clean_text(query.during.when, 80)] if query.during.when else []
    parts += [_describe_anchor(a) for a in (query.around, query.until) if a is not None]
    if query.when:
        parts.append(clean_text(query.when, 80))
    if query.against:
        parts.append(f"against {clean_text(query.against, 80)}")
    if query.among is not None:
        parts.append(_AMONG[query.among])
    return " ".join(parts)


def _describe_anchor(anchor: Anchor) -> str:
    """Where records lie beside another one, in words: `within 30 days after the first asthma`."""
    other = clean_text(" or ".join(anchor.about) or kind_name(anchor.kind, 1), 80)
    relation = {"same_day": "on the day of", "same_stay": "in the visit of"}.get(anchor.relation, anchor.relation)
    if anchor.hours is not None:
        days = anchor.hours / 24
        months = anchor.hours / _MONTH
        whole = months.is_integer()
        span = (
            f"{months:g} month{'s' if months > 1 else ''}"
            if whole
            else f"{days:g} days"
            if days >= 1 and days.is_integer() and days > 1
            else f"{anchor.hours:g} hours"
        )
        relation = f"within {span} {'of' if relation == 'within' else relation}"
    if anchor.when:
        return f"{relation} the {other} that {'ended' if anchor.ended else 'began'} {clean_text(anchor.when, 80)}"
    if anchor.pick == "any":
        return f"{relation} an earlier one ended" if anchor.relation == "after" else f"{relation} any {other}"
    return f"{relation} the {anchor.pick} {other}"


def tell_bound(found: Record) -> str:
    """Which record bounds a search, with its time."""
    return f"counted by {clean_text(found.concept.text, 160)} of {found.start.raw if found.start else 'no date'}"


def _describe_filter(condition: Condition) -> str:
    name = condition.field.value.replace("_", " ")
    if condition.op == "!=" and condition.value == "none":
        return f"in which there is {'an' if name[0] in 'aeiou' else 'a'} {name}"
    if condition.op == "=":
        return f"with {name} {clean_text(condition.value, 60)}"
    unit = f" {condition.unit}" if condition.unit else ""
    return f"with {name} {condition.op} {clean_text(condition.value, 60)}{unit}"


def state_absence(query: ChartQuery, complete: bool, reasons: Sequence[str]) -> str:
    """No record, said only with a complete receipt."""
    if complete:
        scope = describe_scope(query)
        named = scope.replace(kind_name(query.kind), _absent_name(query.kind), 1)
        return f"No record of {named}."
    return f"Not determinable: {describe_scope(query)} could not be read in full ({'; '.join(reasons)})."


def state_finding(query: ChartQuery, computed: Computed, records: Sequence[Record]) -> str:
    """The statement for a query that found something."""
    if computed.problem:
        return f"Not determinable: {computed.problem}."
    scope = describe_scope(query)
    grown = query.compute is Compute.EXISTS and query.field is Slot.ORGANISM
    lines = list_lines(query, computed.rests_on if grown else records)
    if query.compute is Compute.EXISTS:
        return f"{'Yes' if computed.values == (True,) else 'No'}: {lines}."
    if query.compute is Compute.COUNT and query.per is not None and records:
        return f"{describe_scope(query).capitalize()} per {query.per.unit}: {computed.notes[0]}; in all {lines}."
    if query.compute is Compute.COUNT:
        return f"{len(records)} {describe_scope(query, len(records))}: {lines}." if records else f"0 {scope}."
    if query.compute is Compute.COUNT_DISTINCT:
        return f"{_state_distinct(query, computed, records)}: {lines}."
    if _lists_problems(query):
        return _list_problems(query, records)
    if query.compute in (Compute.LIST, Compute.VALUE, Compute.TIME):
        return f"{lines}."
    shown = ", ".join(format_value(v) for v in computed.values) or "none"
    if computed.values and all(isinstance(v, bool) for v in computed.values):
        said = "Yes" if computed.values == (True,) else "No"
        return f"{said} ({query.compute.value}): {lines}."
    unit = f" {_name_unit(computed)}" if computed.unit and query.compute is not Compute.TREND else ""
    unit += _in_hours(computed) if query.compute is Compute.DURATION else ""
    label = query.compute.value.replace("_", " ")
    of = "" if query.kind is Kind.PATIENT else f" for {scope}"
    return f"{label.capitalize()}{of}: {shown}{unit}, from {lines}."


def _state_distinct(query: ChartQuery, computed: Computed, records: Sequence[Record]) -> str:
    """How many different things, and of drugs how they were told apart and in how many records."""
    number = computed.values[0]
    if query.field not in (None, Slot.NAME):
        slot = query.field.value.replace("_", " ")
        counted = slot if number == 1 else f"different {slot}s"
        return f"{number} {counted} of {len(records)} {describe_scope(query, len(records))}"
    if query.kind not in DRUGS:
        return f"{number} different {describe_scope(query, len(records))}"
    drugs = "medication" if number == 1 else "different medications"
    aside = f" ({computed.aside})" if computed.aside else ""
    return f"{number} {drugs}{aside} in {len(records)} {describe_scope(query, len(records))}"


def _in_hours(computed: Computed) -> str:
    """A length of less than a day once more, in the unit that people say it in."""
    length = computed.values[0] if len(computed.values) == 1 else None
    if computed.unit != "days" or not isinstance(length, float) or not 0 < length < 1:
        return ""
    minutes = round(length * 24 * 60)
    return f" ({minutes} minutes)" if minutes < 120 else f" ({length * 24:.3g} hours)"


def _name_unit(computed: Computed) -> str:
    unit = computed.unit or ""
    return unit.removesuffix("s") if unit in TIME_UNITS and computed.values == (1,) else unit


def _lists_problems(query: ChartQuery) -> bool:
    return query.kind is Kind.CONDITION and query.compute is Compute.LIST and not query.about and query.field is None


def _list_problems(query: ChartQuery, records: Sequence[Record]) -> str:
    """The disorders, then what a problem list holds beside them as findings, by the tag in SNOMED CT's names."""
    findings = [r for r in records if r.concept.text.endswith("(finding)")]
    others = [r for r in records if r not in findings]
    if not findings:
        return f"{list_lines(query, records)}."
    told = list_lines(query, findings)
    if not others:
        return f"No disorder. On the problem list, as findings: {told}."
    return f"{list_lines(query, others)}. Also on the problem list, as findings: {told}."


def list_lines(query: ChartQuery, records: Sequence[Record]) -> str:
    """The records in words, bounded, with their number where cut."""
    shown = [describe_record(query, r) for r in records[:_SHOWN]]
    if len(records) > _SHOWN:
        shown.append(f"and {len(records) - _SHOWN} more ({len(records)} in all)")
    return "; ".join(shown)


def describe_record(query: ChartQuery, record: Record) -> str:
    """One record: name, value or attribute asked for, time, status."""
    slot = natural_slot(query)
    value = ", ".join(clean_text(format_value(v), 200) for v in slot_values(record, slot))
    name = clean_text(record.concept.text, 160)
    label = "activities" if query.kind is Kind.CARE_PLAN and slot is Slot.VALUE else slot.value.replace("_", " ")
    text = name if not value or value == name else f"{name}: {label} {value}"
    if slot is Slot.SUSCEPTIBILITY and (told := tell_verdicts(record, query.where)):
        text = f"{'; '.join(texts_of(record, Slot.ORGANISM)) or name}: {clean_text(told, 200)}"
    if query.kind is Kind.QUESTIONNAIRE and slot.value == "value" and record.components:
        answers = [f"{c.concept.text}: {c.reading.text}" for c in record.components if c.reading is not None]
        text = f"{name}: {'; '.join(clean_text(a, 200) for a in answers)}"
    found = query.kind is Kind.MICROBIOLOGY and query.compute is Compute.EXISTS and slot is Slot.NAME
    if found and (told := tell_verdicts(record, query.where) or "; ".join(texts_of(record, Slot.ORGANISM))):
        text = f"{name}: {clean_text(told, 200)}"
    elif record.reading is not None and (found or slot is Slot.VALUE):
        text = f"{name}: {clean_text(record.reading.text, 200)}"
    if record.start is not None and record.start.raw not in text:
        text += f" ({record.start.raw}"
        text += f" to {record.end.raw})" if record.end is not None else ")"
    if record.status and record.standing in ("past", "refuted", "unconfirmed", "planned", "not_done"):
        text += f" [{record.status}]"
    return text


def format_value(value: Value) -> str:
    """A value as text.

    >>> format_value(True), format_value(2.5), format_value(7.123456789)
    ('yes', '2.5', '7.12346')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
