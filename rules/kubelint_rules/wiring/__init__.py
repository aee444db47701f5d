"""Does it connect: selectors, ports, references between objects."""
