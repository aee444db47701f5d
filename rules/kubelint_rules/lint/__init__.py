"""What stands in the way of judging: files that cannot be read, suppressions that mean nothing."""
