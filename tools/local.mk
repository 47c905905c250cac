# filled in by tools
