# filled in by tests
