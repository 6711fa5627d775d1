"""What can be measured: the agent, and what it is compared with."""
