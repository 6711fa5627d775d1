"""What models write, read as decisions: thinking in every shape it leaks in is taken off, and nothing is guessed."""

from __future__ import annotations

import pytest

from agent.decision import CallTool, GiveAnswer
from agent.errors import PlannerFormatError
from agent.planners.model_output import parse_output

CALL_TEXT = '{"action":"call","tool":"query_chart","arguments":{"kind":"lab","pick":{"which":"last"}}}'
OTHER = '{"action":"call","tool":"query_chart","arguments":{"kind":"vital"}}'
CALL = CallTool(tool="query_chart", arguments={"kind": "lab", "pick": {"which": "last"}})
THOUGHT = "The user asks for a lab.\n1.  **Kind:** lab\n2.  The shape is {kind, about}.\nSo query_chart."
TRIED = f"Perhaps {OTHER}\nNo."
TAKEN_OFF = {
    "nothing but the decision": (CALL_TEXT, ""),
    "blanks and an end of turn": (f" \n{CALL_TEXT}<end_of_turn>\n", ""),
    "closed": (f"<unused94>thought\n{THOUGHT}<unused95>{CALL_TEXT}", THOUGHT),
    "closed, with a decision on trial": (f"<unused94>thought\n{TRIED}<unused95>{CALL_TEXT}", TRIED),
    "closed, the opening mark eaten": (f"thought\n{THOUGHT}\n<unused95>\n{CALL_TEXT}", THOUGHT),
    "unclosed": (f"<unused94>thought\n{THOUGHT}\n\n{CALL_TEXT}", THOUGHT),
    "unclosed, with a decision on trial": (f"<unused94>thought\n{TRIED}\n{CALL_TEXT}", TRIED),
    "a bare head": (f"thought\n{THOUGHT}\n{CALL_TEXT}", THOUGHT),
    "a bare head, fenced": (f"thought\n{THOUGHT}\n```json\n{CALL_TEXT}\n```", THOUGHT),
    "the answer's own head": (f"model_output\n{CALL_TEXT}", ""),
    "both heads": (f"thought\n{THOUGHT}\nmodel_output\n{CALL_TEXT}", THOUGHT),
    "closed, then a head": (f"<unused94>thought\n{THOUGHT}<unused95>model_output\n{CALL_TEXT}", THOUGHT),
    "another model's marks": (f"<think>\n{THOUGHT}\n</think>\n\n{CALL_TEXT}", THOUGHT),
    "fenced": (f"```json\n{CALL_TEXT}\n```", ""),
    "announced": (f"Here is the tool call:\n\n{CALL_TEXT}\n\nLet me know if you need more.", ""),
    "announced on one line": (f"Here is the call: {CALL_TEXT}", ""),
    "said twice": (f"{CALL_TEXT}\n{CALL_TEXT}", ""),
    "in several lines": (CALL_TEXT.replace(",", ",\n  ").replace(":", ": "), ""),
}  # fmt: skip
REFUSED = {
    "empty": ("", "the output was empty"),
    "blanks": ("\n\n", "the output was empty"),
    "prose": ("The patient's last A1c was 6.9 %.", "no JSON object"),
    "two calls": (f"{CALL_TEXT}\n{OTHER}", "2 JSON objects"),
    "two calls in a list": (f"[{CALL_TEXT},{OTHER}]", "no JSON object"),
    "a call and an answer": (f'{CALL_TEXT}{{"action":"answer","status":"abstained"}}', "2 JSON objects"),
    "thinking alone": (f"<unused94>thought\n{THOUGHT}", "the thinking did not end"),
    "thinking that stops after a decision on trial": (f"thought\nPerhaps {CALL_TEXT}, but", "the thinking did not end"),
    "thinking closed on nothing": (f"<unused94>thought\n{THOUGHT}<unused95>", "the thinking did not end"),
    "cut off": (CALL_TEXT[:-4], "no JSON object"),
    "a part of something broken": ('{"plan": ' + CALL_TEXT, "no JSON object"),
    "Python": (CALL_TEXT.replace('"', "'"), "no JSON object"),
    "a comma too many": (CALL_TEXT.replace("}}}", "},}}"), "no JSON object"),
    "no action": ('{"tool":"query_chart","arguments":{"kind":"lab"}}', "action"),
    "another action": ('{"action":"think","text":"hm"}', "action"),
    "one word too many": ('{"action":"answer","status":"abstained","confidence":0.9}', "confidence: Extra"),
    "arguments as text": ('{"action":"call","tool":"query_chart","arguments":"kind=lab"}', "arguments"),
    "a name for the schema": ('{"decision":' + CALL_TEXT + "}", "action"),
    "half a character": ('{"action":"answer","text":"\\ud83d"}', "does not fit"),
    "without end": ("{" * 5_000, "no JSON object"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "thinking"), TAKEN_OFF.values(), ids=TAKEN_OFF)
def test_the_decision_is_read_and_thinking_is_kept_apart(text: str, thinking: str) -> None:
    read = parse_output(text)
    assert (read.decision, read.thinking) == (CALL, thinking)


@pytest.mark.parametrize(("text", "told"), REFUSED.values(), ids=REFUSED)
def test_output_that_is_no_decision_is_refused_with_the_reason(text: str, told: str) -> None:
    with pytest.raises(PlannerFormatError, match=told):
        parse_output(text)


def test_output_that_was_cut_off_is_told_so_unless_the_decision_is_whole() -> None:
    with pytest.raises(PlannerFormatError, match="cut off"):
        parse_output(CALL_TEXT[:-4], cut_off=True)
    assert parse_output(f"{CALL_TEXT}\n\n\n\n", cut_off=True).decision == CALL


def test_of_an_abstention_no_words_are_kept_for_they_cannot_be_checked() -> None:
    told = '{"action":"answer","status":"abstained","reason":"He has gout.","text":"He has gout.","citations":["Q9"]}'
    assert parse_output(told).decision == GiveAnswer(status="abstained")
