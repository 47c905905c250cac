# filled in by bench
