"""What annotations of a Service are to the controllers that may read them: keys, readers, and how texts are read."""
