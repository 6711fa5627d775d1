"""The medgemma planner: MedGemma in this process. The only planner that needs torch."""
