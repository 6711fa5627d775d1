"""calculate: arithmetic over records already seen: an expression, a span of time, a conversion, a clinical formula.

Numbers come from records by handle. What was given as a number is listed in the finding, so that it can be traced.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import Field, model_validator

from tools.arithmetic import Amount, evaluate, list_numbers
from tools.chart import ChartContext
from tools.chart_query import Kind, Plan
from tools.errors import ToolError
from tools.evidence import Finding, Value
from tools.execute.finding import to_evidence
from tools.execute.spans import TIME_UNITS, in_unit
from tools.formulas import FORMULAS, Formula, to_role_unit
from tools.operands import Moment, Operand, OperandReader, find_operand
from tools.registry import Handles, Tool

_FAR_APART_DAYS = 30


class Calculate(Plan):
    """One calculation."""

    what: Literal[
        "expression", "time_between", "convert", "bmi", "body_surface_area", "mean_arterial_pressure", "anion_gap",
        "corrected_calcium", "egfr", "creatinine_clearance",
    ]  # fmt: skip
    inputs: dict[str, str | float] = Field(
        min_length=1, max_length=12,
        description="By name: a handle ('E3', 'E3 systolic'), or a number that the question says ('70 kg'). "
        "time_between: from, to; a date or 'as_of' as well. Formulas read age and sex themselves.",
    )  # fmt: skip
    expression: str | None = Field(default=None, description="'(a - b) / a * 100'")
    unit: str | None = Field(default=None, description="Of the result; convert takes UCUM.")

    @model_validator(mode="after")
    def _is_whole(self) -> Calculate:
        if (self.expression is not None) != (self.what == "expression"):
            raise ValueError("what=expression needs an expression, and nothing else takes one")
        if self.what == "convert" and not self.unit:
            raise ValueError("convert needs the unit to convert to")
        if self.what == "time_between" and set(self.inputs) != {"from", "to"}:
            raise ValueError("time_between takes the inputs 'from' and 'to'")
        return self


@dataclass(frozen=True)
class _Result:
    value: Value
    statement: str
    notes: tuple[str, ...] = ()


async def run_calculate(chart: ChartContext, arguments: Calculate, handles: Handles) -> Finding:
    """Calculate. Raises ToolError for what the planner can mend or the chart does not allow."""
    reader = OperandReader(chart, handles)
    result = await _calculate(reader, arguments)
    records = list(reader.records.values())
    receipt = chart.receipt(tuple(reader.results))
    rows = tuple(to_evidence(r, _kind_of(r.kinds), handles) for r in records)
    references = tuple(r.reference for r in records)
    remark = f" ({'; '.join(result.notes)})" if result.notes else ""
    given = {"given": list(reader.given), "given_dates": list(reader.given_dates)}
    return Finding(
        handle=handles.finding(), tool="calculate", query=None, evidence=rows, total=len(rows),
        statement=result.statement + remark, values=(result.value,), determinable=True, rests_on=references,
        retrieved=references, receipt=receipt, notes=result.notes, data=given,
    )  # fmt: skip


async def _calculate(reader: OperandReader, arguments: Calculate) -> _Result:
    if arguments.what == "time_between":
        start, end = [await reader.read_moment(str(arguments.inputs[side])) for side in ("from", "to")]
        return _measure_time(start, end, arguments.unit or "days")
    if arguments.what in FORMULAS:
        return await _apply(reader, FORMULAS[arguments.what], arguments.inputs)
    operands = {name: await reader.read_operand(text) for name, text in arguments.inputs.items()}
    if arguments.expression is not None:
        reader.given += list_numbers(arguments.expression)
        return _evaluate(arguments.expression, operands)
    return _convert(operands, arguments.unit or "")


def _evaluate(expression: str, operands: dict[str, Operand]) -> _Result:
    from tools.units import convert

    unit = next((o.unit for o in operands.values() if o.unit), "")
    amounts: dict[str, Amount] = {}
    for name, o in operands.items():
        value = convert(o.value, o.unit, unit, o.concept) if o.unit and o.unit != unit else o.value
        amounts[name] = Amount(value, 1 if o.unit else 0)
    result = evaluate(expression, amounts)
    if result.power not in (0, 1):
        raise ToolError(f"the result would be in {unit} to the power of {result.power:g}; say it in other steps")
    value = _tidy(result.value)
    shown = f"{value:g} {unit}" if result.power and unit else f"{value:g}"
    told = ", ".join(f"{name} = {o.told}" for name, o in operands.items())
    return _Result(value, f"Calculated: {expression} is {shown}, with {told}.", _say_apart(list(operands.values())))


def _convert(operands: dict[str, Operand], unit: str) -> _Result:
    from tools.units import convert

    if len(operands) != 1:
        raise ToolError("convert takes one input")
    (only,) = operands.values()
    if not only.unit:
        raise ToolError("the input has no unit, so it can't be converted")
    value = _tidy(convert(only.value, only.unit, unit, only.concept))
    return _Result(value, f"Converted: {only.told} is {value:g} {unit}.")


async def _apply(reader: OperandReader, formula: Formula, inputs: dict[str, str | float]) -> _Result:
    read = {name: await reader.read_operand_or_record(text) for name, text in inputs.items()}
    records = [r for r in read.values() if not isinstance(r, Operand)]
    chosen: dict[str, Operand] = {}
    for role in formula.roles:
        named = read.get(role.name)
        chosen[role.name] = named if isinstance(named, Operand) else find_operand(role, [named] if named else records)
    numbers = {r.name: to_role_unit(r, chosen[r.name].value, chosen[r.name].unit) for r in formula.roles}
    if formula.of_person:
        times = [o.record.start for o in chosen.values() if o.record is not None and o.record.start is not None]
        numbers |= await reader.read_person(max(times, key=lambda t: t.low, default=None))
    value = round(formula.compute(numbers), formula.digits)
    shown = f"{value:.{formula.digits}f} {formula.unit}"
    told = ", ".join(o.told for o in chosen.values())
    person = f", age {numbers['age']:g}, {'female' if numbers['female'] else 'male'}" if formula.of_person else ""
    statement = f"{formula.title}: {shown}, from {told}{person} ({formula.source})."
    return _Result(value, statement, _say_apart(list(chosen.values())))


def _measure_time(start: Moment, end: Moment, unit: str) -> _Result:
    if unit not in TIME_UNITS:
        raise ToolError(f"{unit!r} is no unit of time; valid are: {', '.join(TIME_UNITS)}")
    if start.by_day or end.by_day:
        if unit in ("hours", "minutes", "seconds"):
            raise ToolError("the time of day is not known, so the span is known in days only")
        span = in_unit(_midnight(start), _midnight(end), unit)
    elif start.offset is not None and end.offset is not None and unit not in ("months", "years"):
        span = in_unit(start.wall - start.offset, end.wall - end.offset, unit)
    else:
        span = in_unit(start.wall, end.wall, unit)
    value = span if isinstance(span, int) else _tidy(span)
    return _Result(value, f"From {start.told} to {end.told}: {value:g} {unit}.")


def _midnight(moment: Moment) -> datetime:
    return moment.wall.replace(hour=0, minute=0, second=0, microsecond=0)


def _say_apart(operands: list[Operand]) -> tuple[str, ...]:
    times = [o.record.start.low for o in operands if o.record is not None and o.record.start is not None]
    days = (max(times) - min(times)).days if times else 0
    return (f"the records used are {days} days apart",) if days > _FAR_APART_DAYS else ()


def _tidy(value: float) -> float:
    """Without the dust of binary fractions."""
    return float(f"{value:.6g}")


def _kind_of(kinds: frozenset[Kind]) -> Kind:
    """The narrowest name for what a record is: the kind listed last of those it answers to."""
    order = list(Kind)
    return max(kinds, key=order.index)


CALCULATE = Tool(
    "calculate",
    "Arithmetic, which you never do yourself.",
    Calculate,
    run_calculate,
    needs_records=True,
)
