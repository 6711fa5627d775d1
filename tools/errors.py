"""The error a planner can mend.

    ToolError            the text says what was wrong and lists the valid choices; it becomes a tool result
Everything else a tool raises (tools.fhir.errors, bugs) is not for the planner and propagates.
"""


class ToolError(Exception):
    """A call the planner can mend. Its text is shown to the planner and must list what would have been valid."""
