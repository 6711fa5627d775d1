"""The shapes schemas are made of: objects, lists, bounded texts, and a model's own schema made narrow and plain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]

MOST_ITEMS = 5
"""Entries of a list: every decision comes to an end."""
_LONGEST_TEXT = 80
_LARGEST = 10_000
_LETTER = r'[^"\\\x00-\x1F\x7F]'
"""What free text is written with: all but what JSON escapes. Grammar compilers know this class, and mask it fast."""
_BEGINNING = r"[^\x00-\x2F:-@\[-`\x7B-\x7F]"
"""All but the signs of ASCII."""
_TELLS_NOTHING = frozenset({"title", "description", "default", "$defs"})


def text(longest: int = _LONGEST_TEXT) -> Json:
    """Free text."""
    return {"type": "string", "pattern": f"^{_LETTER}{{1,{longest}}}$"}


def worded(longest: int = _LONGEST_TEXT) -> Json:
    """Free text that begins with a letter or digit, so that it holds a word."""
    return {"type": "string", "pattern": f"^{_BEGINNING}{_LETTER}{{0,{longest - 1}}}$"}


def spelled(pattern: str) -> Json:
    """Text spelled as a pattern says."""
    return {"type": "string", "pattern": f"^(?:{pattern})$"}


def one_of(choices: Sequence[Any]) -> Json:
    """One of some values."""
    return {"const": choices[0]} if len(choices) == 1 else {"enum": list(choices)}


def any_of(*shapes: Json) -> Json:
    """One of some shapes."""
    return shapes[0] if len(shapes) == 1 else {"anyOf": list(shapes)}


def list_of(items: Json, most: int = MOST_ITEMS) -> Json:
    """A list that holds something."""
    return {"type": "array", "items": items, "minItems": 1, "maxItems": most}


def to_object(properties: Mapping[str, Json], optional: frozenset[str] = frozenset()) -> Json:
    """An object of these properties in this order, and of no other."""
    needed = [name for name in properties if name not in optional]
    return {"type": "object", "properties": dict(properties), "required": needed, "additionalProperties": False}


def narrow(schema: Json, defined: Json | None = None) -> Json:
    """A model's own schema as one that comes to an end: texts, lists and numbers bounded, nothing null, no references.

    >>> narrow({"title": "N", "anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}], "default": None})
    {'type': 'integer', 'minimum': 1, 'maximum': 10000}
    """
    defined = schema.get("$defs", defined or {})
    if "$ref" in schema:
        return narrow(defined[schema["$ref"].rpartition("/")[2]], defined)
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return any_of(*(narrow(c, defined) for c in choices if c.get("type") != "null"))
    if "enum" in schema or "const" in schema:
        return {name: value for name, value in schema.items() if name in ("enum", "const")}
    return _NARROWED[schema["type"]](schema, defined)


def _narrow_text(schema: Json, defined: Json) -> Json:
    return text(min(schema.get("maxLength", _LONGEST_TEXT), _LONGEST_TEXT))


def _narrow_number(schema: Json, defined: Json) -> Json:
    told = {name: value for name, value in schema.items() if name not in _TELLS_NOTHING}
    told.setdefault("maximum", _LARGEST)
    if "exclusiveMinimum" not in told:
        told.setdefault("minimum", 0)
    return told if told["type"] == "integer" else {**told, "multipleOf": 0.01}


def _narrow_list(schema: Json, defined: Json) -> Json:
    return list_of(narrow(schema["items"], defined))


def _narrow_object(schema: Json, defined: Json) -> Json:
    properties = {name: narrow(slot, defined) for name, slot in schema.get("properties", {}).items()}
    needed = set(schema.get("required", ()))
    needed |= {name for name, slot in schema.get("properties", {}).items() if "const" in slot}
    return to_object(properties, frozenset(properties) - needed)


_NARROWED = {
    "string": _narrow_text,
    "integer": _narrow_number,
    "number": _narrow_number,
    "boolean": lambda schema, defined: {"type": "boolean"},
    "array": _narrow_list,
    "object": _narrow_object,
}
