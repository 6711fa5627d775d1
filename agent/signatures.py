"""What tools take, in a short notation made from their JSON schemas, which a server's decoder has anyway.

A fifth of the schemas' tokens. Knows nothing of any one tool.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from tools.registry import Tool

Json = dict[str, Any]

NOTATION = "`?`: may be left out, then the first choice is meant."
_TYPES = {"string": "text", "integer": "int", "number": "number", "boolean": "bool"}


@lru_cache(maxsize=8)
def format_tools(tools: Sequence[Tool], left_out: frozenset[str] = frozenset()) -> str:
    """Each tool with its slots, one a line, then the lists of words that slots take; some slots and lists left out."""
    schemas = [tool.arguments.model_json_schema() for tool in tools]
    lists = {name: d for schema in schemas for name, d in schema.get("$defs", {}).items() if "enum" in d}
    told = [format_slots(f"{t.name}: {t.description}", s, left_out) for t, s in zip(tools, schemas, strict=True)]
    return "\n".join([*told, *(f"{name} = {'|'.join(d['enum'])}" for name, d in lists.items() if name not in left_out)])


def format_slots(title: str, schema: Json, left_out: frozenset[str] = frozenset()) -> str:
    """The slots of an object, one a line under a title; `?` marks those that may be left out.

    >>> slots = {"text": {"type": "string"}, "n": {"type": "integer", "default": 5, "description": "How many."}}
    >>> print(format_slots("search", {"properties": slots, "required": ["text"]}))
    search
     text: text
     n?: int = 5 (How many)
    """
    told = {**schema, "properties": {k: s for k, s in schema.get("properties", {}).items() if k not in left_out}}
    return "\n ".join([title, *_format_each(told, schema.get("$defs", {}))])


def _format_each(schema: Json, defined: Json) -> list[str]:
    required = schema.get("required", ())
    slots = schema.get("properties", {}).items()
    may = {name: "" if name in required or "const" in slot else "?" for name, slot in slots}
    told: dict[str, str] = {}
    lines = []
    for name, slot in slots:
        shape = _object_of(slot, defined)
        lines.append(f"{name}{may[name]}: {_format_slot(slot, defined, told.get(shape))}")
        if shape:
            told.setdefault(shape, name)
    return lines


def _object_of(slot: Json, defined: Json) -> str:
    """The name of the object that a slot takes; empty where it takes none."""
    choices = [slot, *slot.get("anyOf", ())]
    names = [choice["$ref"].rpartition("/")[2] for choice in choices if "$ref" in choice]
    return next((name for name in names if "enum" not in defined[name]), "")


def _format_slot(slot: Json, defined: Json, like: str | None) -> str:
    """A slot's type, usual value and description; one that takes the same object as an earlier slot says so."""
    default, about = slot.get("default"), slot.get("description", "").rstrip(".")
    usual = f" = {default}" if isinstance(default, int) and default else ""
    return (f"as {like}" if like else _format_type(slot, defined)) + usual + (f" ({about})" if about else "")


def _format_type(schema: Json, defined: Json) -> str:
    """A type; choices are given the usual one first."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return name if "enum" in defined[name] else f"{{{', '.join(_format_each(defined[name], defined))}}}"
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(_format_type(choice, defined) for choice in choices if choice.get("type") != "null")
    if "const" in schema:
        return str(schema["const"])
    if "enum" in schema:
        return "|".join(sorted(schema["enum"], key=lambda choice: choice != schema.get("default")))
    if schema["type"] == "array":
        return f"[{_format_type(schema['items'], defined)}]"
    if schema["type"] == "object":
        return f"{{name: {_format_type(schema['additionalProperties'], defined)}}}"
    return _TYPES[schema["type"]]
