"""The text protocol: one action a turn, GET, POST or FINISH, and what the harness says to it. Knows no agents."""

from __future__ import annotations

import json
import re
from ast import literal_eval
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tools.evidence import Value

Json = dict[str, Any]

API_BASE = "http://localhost:8080/fhir/"
MOST_ROUNDS = 8
_GOT = "Here is the response from the GET request:\n"
_GO_ON = "Please call FINISH if you have got answers for all the questions and finished all the requested tasks"
ACCEPTED = f"POST request accepted and executed successfully. {_GO_ON}"
INVALID_POST = "Invalid POST request"
_FAILED = "Error in sending the GET request: "
_ASKED = re.compile(r".*\bContext:(?P<context>.*?)\n\s*Question:(?P<question>.*)\Z", re.DOTALL)
_BASE = re.compile(r"\buse (?P<base>https?://\S+?) as (?:the |your )?api_base", re.IGNORECASE)


@dataclass(frozen=True)
class Get:
    """A search or read; the parameters stand in the address."""

    url: str


@dataclass(frozen=True)
class Post:
    """A resource to be created; None: what was sent is no JSON object."""

    url: str
    payload: Json | None


@dataclass(frozen=True)
class Finish:
    """The end; `result` is the list as it was written."""

    result: str

    @property
    def values(self) -> list[Any] | None:
        """The list; None where it is no JSON list."""
        try:
            values = json.loads(self.result)
        except ValueError:
            return None
        return values if isinstance(values, list) else None


Action = Get | Post | Finish


def parse_action(text: str) -> Action | None:
    """Read what an agent said; None where it is no action.

    >>> parse_action("GET http://localhost:8080/fhir/Patient?identifier=S1")
    Get(url='http://localhost:8080/fhir/Patient?identifier=S1')
    >>> parse_action("FINISH([5.9])").values
    [5.9]
    """
    said = text.strip().replace("```tool_code", "").replace("```", "").strip()
    first, _, rest = said.partition("\n")
    if said.startswith("GET"):
        return Get(said[3:].strip())
    if said.startswith("POST"):
        return Post(first[4:].strip(), _to_object(rest))
    return Finish(said[len("FINISH(") : -1]) if said.startswith("FINISH(") else None


def _to_object(text: str) -> Json | None:
    try:
        content = json.loads(text)
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def format_post(url: str, payload: Json) -> str:
    """A resource to be created, as an action."""
    return f"POST {url}\n{json.dumps(payload, ensure_ascii=False)}"


def format_finish(values: Sequence[Value]) -> str:
    """The end, as an action.

    >>> format_finish([6.1, "2023-02-28T19:09:00+00:00"])
    'FINISH([6.1, "2023-02-28T19:09:00+00:00"])'
    """
    return f"FINISH({json.dumps(list(values), ensure_ascii=False)})"


def format_got(body: str) -> str:
    """What the harness says to a GET that was answered."""
    return f"{_GOT}{body}. {_GO_ON}"


def format_failed(reason: str) -> str:
    """What the harness says to a GET that was not answered."""
    return f"{_FAILED}{reason}"


def parse_got(message: str) -> Json | str:
    """The JSON that a GET was answered with, else what went wrong.

    >>> parse_got(format_got('{"total": 0}')), parse_got(format_failed("404"))
    ({'total': 0}, '404')
    """
    if message.startswith(_FAILED):
        return message[len(_FAILED) :]
    start, end = message.find("{"), message.rfind("}")
    if start < 0 or end < start:
        return message[:200]
    body = message[start : end + 1]
    for read in (json.loads, literal_eval):
        try:
            content = read(body)
        except (ValueError, SyntaxError):
            continue
        return content if isinstance(content, dict) else message[:200]
    return "the answer is no JSON"


@dataclass(frozen=True)
class Task:
    """What an agent is told."""

    question: str
    context: str = ""
    api_base: str = API_BASE


def build_prompt(task: Task, functions: Sequence[Json]) -> str:
    """What an agent is told, as one text: the protocol, the functions, context and question."""
    return (
        "You carry out one task over a FHIR server, by one action a turn and no other text:\n"
        "GET url?name=value&name=value\n"
        "POST url\n[JSON of the resource]\n"
        "FINISH([answer, answer, …]), a JSON list, when everything is done.\n\n"
        f"Use {task.api_base} as the api_base. The functions:\n{json.dumps(list(functions))}\n\n"
        f"Context: {task.context}\nQuestion: {task.question}"
    )


def parse_prompt(text: str) -> Task:
    """Context, question and base address of a prompt, ours or the benchmark's. Raises ValueError.

    >>> parse_prompt(build_prompt(Task("How old?", "It is late.", "http://h/fhir/"), []))
    Task(question='How old?', context='It is late.', api_base='http://h/fhir/')
    """
    asked = _ASKED.search(text)
    if asked is None:
        raise ValueError("the prompt holds no Context and Question")
    base = _BASE.search(text)
    api_base = f"{base['base'].rstrip('/')}/" if base else API_BASE
    return Task(asked["question"].strip(), asked["context"].strip(), api_base)
