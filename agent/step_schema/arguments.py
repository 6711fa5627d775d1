"""The arguments of each tool as a schema: a tool's own, made narrow by what this chart and conversation hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from itertools import groupby

from pydantic import BaseModel

from agent.step_schema.answer import read_number
from agent.step_schema.shapes import Json, any_of, list_of, narrow, one_of, spelled, text, to_object, worded
from agent.step_schema.times import moment, when
from agent.step_schema.units import spell_unit
from agent.step_schema.vocabulary import Vocabulary
from tools.calculate import Calculate
from tools.chart_query import ChartQuery, Kind
from tools.evidence import Evidence
from tools.execute.spans import TIME_UNITS
from tools.formulas import FORMULAS, Role
from tools.notes.search import SearchNotes
from tools.read_record import ReadRecord
from tools.registry import Tool

_NUMBER = r"-?[0-9]{1,6}(?:\.[0-9]{1,4})?"
_TERM = r"[a-d]|[0-9]{1,4}(?:\.[0-9]{1,3})?"
_EXPRESSION = spelled(rf"\(?(?:{_TERM})(?: [-+*/] \(?(?:{_TERM})\)?){{1,4}}")
_FILTERED = 3
_INPUTS = ("a", "b", "c", "d")


def build_arguments(tool: Tool, words: Vocabulary) -> Json:
    """What a tool takes here."""
    build = _BUILD.get(tool.arguments)
    return build(words) if build else _narrow_model(tool.arguments)


@cache
def _narrow_model(model: type[BaseModel]) -> Json:
    """A model's schema made narrow; not to be changed."""
    return narrow(model.model_json_schema())


def _slots_of(model: type[BaseModel]) -> Json:
    return dict(_narrow_model(model)["properties"])


def _build_query(words: Vocabulary) -> Json:
    """A ChartQuery, kind first: what it is about are names of that kind."""
    slots = _slots_of(ChartQuery)
    slots |= {"when": when(words), "where": list_of(_build_filter(slots["where"]["items"], _unit(words)), _FILTERED)}
    slots |= {"during": _build_stay(slots["during"], when(words)), "unit": _unit(words)}
    if words.phrases or any(words.names.values()):
        slots["around"] = any_of(*_by_kind(slots["around"]["properties"], words, {"relation", "kind"}))
    else:
        del slots["around"]
    if not any(map(words.continues, words.names)):
        del slots["among"]
    for name in [n for n in slots if n not in ("kind", "about", "not_about")]:
        words.definitions[f"query_{name}"] = slots[name]
        slots[name] = {"$ref": f"#/$defs/query_{name}"}
    return any_of(*_by_kind(slots, words, {"kind"}))


def _unit(words: Vocabulary) -> Json:
    words.definitions.setdefault("unit", spelled(spell_unit(words.units)))
    return {"$ref": "#/$defs/unit"}


def _by_kind(slots: Json, words: Vocabulary, needed: set[str]) -> Iterable[Json]:
    """One shape for each list of names, for the kinds that share it."""
    order = list(Kind)
    kinds = sorted(
        words.names, key=lambda k: (not words.names[k], words.names[k], not words.continues(k), order.index(k))
    )
    for (_, continues), alike in groupby(kinds, key=lambda kind: (words.names[kind], words.continues(kind))):
        members = list(alike)
        told: Json = {**slots, "kind": one_of([kind.value for kind in members])}
        if not continues:
            told.pop("among", None)
        told |= {name: list_of(words.name_of(members[0])) for name in ("about", "not_about") if name in slots}
        kept = {name: slot for name, slot in told.items() if slot.get("items") != {}}
        yield to_object(kept, frozenset(kept) - needed)


def _build_filter(condition: Json, unit: Json) -> Json:
    """A comparison takes a number; what is equal may be said in words."""
    slots = condition["properties"]
    compared = {**slots, "op": one_of(["<", "<=", ">", ">="]), "value": spelled(_NUMBER), "unit": unit}
    equal = {**slots, "op": one_of(["=", "!="]), "value": text(60)}
    equal.pop("unit")
    return any_of(to_object(compared, frozenset({"unit"})), to_object(equal, frozenset({"op"})))


def _build_stay(stay: Json, time: Json) -> Json:
    """Only the nth has a number."""
    slots = stay["properties"] | {"when": time}
    nth = {**slots, "which": {"const": "nth"}, "n": {"type": "integer", "minimum": 1, "maximum": 99}}
    named = {"type": slots["type"], "which": one_of(["first", "last", "current", "any"]), "when": time}
    optional = frozenset({"type", "when"})
    return any_of(to_object(named, optional), to_object(nth, optional))


def _build_notes_search(words: Vocabulary) -> Json:
    slots = _slots_of(SearchNotes) | {"text": worded(), "when": when(words)}
    return to_object(slots, frozenset(slots) - {"text"})


def _build_reading(words: Vocabulary) -> Json:
    return to_object({"record": words.define("records", words.handles())})


def _build_calculation(words: Vocabulary) -> Json:
    """One shape for each sort of calculation that there are inputs for, with the inputs it takes."""
    ends = to_object({end: any_of(*_records(words, _has_day), moment(words)) for end in ("from", "to")})
    shapes = [
        to_object({"what": {"const": "time_between"}, "inputs": ends, "unit": one_of(TIME_UNITS)}, frozenset({"unit"}))
    ]
    if numbers := _amounts(words, _has_number):
        among = to_object(dict.fromkeys(_INPUTS, numbers), frozenset(_INPUTS[1:]))
        shapes.append(to_object({"what": {"const": "expression"}, "inputs": among, "expression": _EXPRESSION}))
    if measured := _amounts(words, lambda row: _has_number(row) and bool(row.unit)):
        inputs = to_object({"a": measured})
        shapes.append(to_object({"what": {"const": "convert"}, "inputs": inputs, "unit": _unit(words)}))
    for name, formula in FORMULAS.items():
        taken = {role.name: _amounts(words, partial(may_be, role, words.codes)) for role in formula.roles}
        if all(taken.values()):
            shapes.append(to_object({"what": {"const": name}, "inputs": to_object(taken)}))
    return any_of(*shapes)


def _records(words: Vocabulary, fits: Callable[[Evidence], bool]) -> list[Json]:
    """The handles of records that fit, if there are any."""
    found = words.handles(fits)
    return [one_of(found)] if found else []


def _amounts(words: Vocabulary, fits: Callable[[Evidence], bool]) -> Json:
    """Records that fit, or numbers that the question says; empty where there is neither."""
    shapes = [*_records(words, fits), *([_build_amount(words)] if words.numbers else [])]
    return any_of(*shapes) if shapes else {}


def _has_day(row: Evidence) -> bool:
    return len(row.date or "") >= len("2020-01-01")


def _has_number(row: Evidence) -> bool:
    return read_number(row.value) is not None


def may_be(role: Role, codes: Mapping[str, frozenset[str]], row: Evidence) -> bool:
    """Whether a record can be what a formula takes; one of several values, or of a name without known codes, may be."""
    if row.value is None:
        return False
    return not _has_number(row) or row.label not in codes or role.fits(row.label, codes[row.label])


def _build_amount(words: Vocabulary) -> Json:
    """A number that the question says, and its unit."""
    numbers = "|".join(number.replace(".", r"\.") for number in words.numbers)
    return spelled(f"(?:{numbers})(?: (?:{spell_unit(words.units)}))?")


_BUILD: dict[type, Callable[[Vocabulary], Json]] = {
    ChartQuery: _build_query,
    SearchNotes: _build_notes_search,
    ReadRecord: _build_reading,
    Calculate: _build_calculation,
}
