"""Simulated links, faults and devices to practise and test with."""
