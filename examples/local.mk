# filled in by examples
