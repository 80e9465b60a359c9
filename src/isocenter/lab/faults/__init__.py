"""Peers that misbehave on demand: for whoever tests a doctor of connections, or wants to practise being one."""
