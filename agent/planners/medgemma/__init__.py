"""The medgemma planner: MedGemma in this process. The only planner that needs torch.

`engine` runs alone; the planner is imported from `agent.planners.medgemma.planner`.
"""
