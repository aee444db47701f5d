"""Policies of one's own: expressions in CEL that every object has to meet, judged as a cluster would judge them.

    entries, files → loading → Policy → rules → Admission → clauses → Finding

A policy stands in the configuration (`configured.py`) or is a ValidatingAdmissionPolicy (`validating.py`), which
`structure.py` holds against what the server takes and `assembly.py` brings together with its bindings and parameters.
Nothing here is imported where no policy is: the language costs its share of a start.
"""
