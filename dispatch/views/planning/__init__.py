"""The planning of a base: who is on duty when, and which vehicle can be used."""
