"""How far a Service reaches, and what must not be reachable."""
