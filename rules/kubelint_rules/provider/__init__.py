"""Annotations and classes that controllers of load balancers read, and what they make of them."""
