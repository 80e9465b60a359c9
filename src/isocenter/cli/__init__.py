"""The command line: one room per verb."""
