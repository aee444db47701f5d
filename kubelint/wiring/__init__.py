"""What connects to what: the questions that several rules of wiring/ and traffic/ ask of a workspace."""
