"""Arithmetic: an expression over named numbers of one unit, evaluated without running code. Knows nothing of charts."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tools.errors import ToolError

_LONGEST = 200
_HIGHEST_POWER = 6
_FORMS = "numbers, the names of the inputs, + - * / **, parentheses, and abs, min, max, round, sqrt"
PLAIN_NUMBERS = frozenset({0, 1, 2, 3, 4, 7, 10, 12, 24, 30, 60, 100, 365, 1000})
"""Numbers that an expression may hold without their being in the chart or the question: of time, percent and scale."""

_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}  # fmt: skip


@dataclass(frozen=True)
class Amount:
    """A number and the power of the inputs' unit it is in: 1 for a sum of inputs, 0 for their ratio."""

    value: float
    power: float = 0


def evaluate(expression: str, inputs: Mapping[str, Amount]) -> Amount:
    """An expression's value. Raises ToolError for anything that is no arithmetic over the inputs.

    >>> evaluate("(a - b) / a * 100", {"a": Amount(8.0, 1), "b": Amount(6.0, 1)})
    Amount(value=25.0, power=0)
    """
    try:
        tree = ast.parse(expression, mode="eval") if len(expression) <= _LONGEST else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        tree = None
    if tree is None:
        raise ToolError(f"the expression can't be read; it takes at most {_LONGEST} characters of {_FORMS}")
    try:
        result = _evaluate(tree.body, inputs)
    except (ZeroDivisionError, OverflowError, ValueError) as error:
        raise ToolError(f"the expression has no value: {error}") from error
    if not math.isfinite(result.value):
        raise ToolError("the expression has no finite value")
    return result


def list_numbers(expression: str) -> tuple[float, ...]:
    """The numbers written in an expression that are not of the plain ones.

    >>> list_numbers("a * 88.4 + 100")
    (88.4,)
    """
    try:
        nodes = list(ast.walk(ast.parse(expression, mode="eval")))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    found = [n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, int | float)]
    return tuple(float(n) for n in found if n not in PLAIN_NUMBERS)


def _evaluate(node: ast.expr, inputs: Mapping[str, Amount]) -> Amount:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return Amount(float(node.value))
    if isinstance(node, ast.Name):
        if node.id not in inputs:
            raise ToolError(f"no input is named {node.id!r}; the inputs are: {', '.join(inputs) or 'none'}")
        return inputs[node.id]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        inner = _evaluate(node.operand, inputs)
        return Amount(-inner.value, inner.power) if isinstance(node.op, ast.USub) else inner
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _combine(node.op, _evaluate(node.left, inputs), _evaluate(node.right, inputs))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        return _call(node.func.id, [_evaluate(a, inputs) for a in node.args])
    raise ToolError(f"the expression holds what is no arithmetic; it takes {_FORMS}")


def _combine(sign: ast.operator, left: Amount, right: Amount) -> Amount:
    if isinstance(sign, ast.Pow):
        if right.power or abs(right.value) > _HIGHEST_POWER:
            raise ToolError(f"a power is a plain number, at most {_HIGHEST_POWER}")
        value = left.value**right.value
        if isinstance(value, complex):
            raise ToolError("the root of a negative number has no value")
        return Amount(value, left.power * right.value)
    powers = {ast.Mult: left.power + right.power, ast.Div: left.power - right.power}
    if type(sign) not in powers and left.power != right.power:
        raise ToolError("a number without unit can't be added to one with a unit, or taken from it")
    return Amount(_OPERATORS[type(sign)](left.value, right.value), powers.get(type(sign), left.power))


def _call(name: str, arguments: list[Amount]) -> Amount:
    powers = {a.power for a in arguments}
    if name in ("min", "max") and arguments and len(powers) == 1:
        return Amount((min if name == "min" else max)(a.value for a in arguments), powers.pop())
    if len(arguments) == 1 and name in ("abs", "round", "sqrt"):
        (only,) = arguments
        if name == "sqrt":
            return Amount(math.sqrt(only.value), only.power / 2)
        return Amount(abs(only.value) if name == "abs" else float(round(only.value)), only.power)
    if name == "round" and len(arguments) == 2:
        return Amount(round(arguments[0].value, int(arguments[1].value)), arguments[0].power)
    raise ToolError(f"{name[:20]} can't be called like this; an expression takes {_FORMS}")
