"""Full text of notes and reports: reading attachments, splitting them into sentences, searching. Knows no planner."""
