"""The system's promise: no ticket lost, none answered twice."""
