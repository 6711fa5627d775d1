"""References that a server writes with its own address: written as `Type/id`; those to other hosts stay as they are.

https://hl7.org/fhir/R4/references.html#literal
"""

from __future__ import annotations

import re
from typing import Any

Json = dict[str, Any]

_ABSOLUTE = re.compile(rb'"reference"\s*:\s*"https?:')


def make_relative(content: Json, written: bytes, base_url: str) -> None:
    """Shorten the references of a resource that begin with the server's base; `written` tells whether any can.

    >>> order = {"a": [{"reference": "http://own/fhir/Medication/1"}, {"reference": "http://other/fhir/Medication/1"}]}
    >>> make_relative(order, b'{"reference":"http://own/fhir/Medication/1"}', "http://own/fhir/"); order["a"]
    [{'reference': 'Medication/1'}, {'reference': 'http://other/fhir/Medication/1'}]
    """
    if not _ABSOLUTE.search(written):
        return
    waiting: list[Any] = [content]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if isinstance(reference := value.get("reference"), str) and reference.startswith(base_url):
                value["reference"] = reference.removeprefix(base_url)
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
