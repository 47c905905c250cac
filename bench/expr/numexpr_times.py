#!/usr/bin/python3
"""The benchmark's expressions in numexpr, one thread, beside what furrow-bench-expr has just printed into the file that
is the argument: nanoseconds, the best of several, and how many times as long as Furrow."""
import math
import re
import sys
import timeit

import numexpr
import numpy

CASES = [
    ("z[:] = 2x + 3y", "2*x+3*y", True),
    ("z[:] = (((x .* 2 .+ 1) .* x .+ 3) .* x .+ 4) .* x", "(((x*2+1)*x+3)*x+4)*x", True),
    ("sum(x .* y)", "sum(x*y)", False),
    ("sum((x - y) .^ 2)", "sum((x-y)**2)", False),
    ("z[:] = exp.(x)", "exp(x)", True),
    ("z[:] = sin.(x)", "sin(x)", True),
    ("z[:] = sqrt.(x .* x + y .* y)", "sqrt(x*x+y*y)", True),
    ("z[:] = x ./ (1 + y)", "x/(1+y)", True),
    ("w[:] = 2u + v .* u", "2*u+v*u", False),
    ("k[:] = 3i + j", "3*i+j", False),
]

numexpr.set_num_threads(1)
furrow, n = {}, 0
for line in open(sys.argv[1]):
    size, row = re.match(r"(\d+) elements", line), re.match(r"\| (.*?) +\| +(\d+) \|", line)
    n = int(size.group(1)) if size else n
    if row:
        furrow[n, row.group(1)] = float(row.group(2))
for n in (1 << 10, 32 << 10, 256 << 10, 32 << 20):
    x, y = 4 * numpy.random.rand(n) - 1, numpy.random.rand(n)
    z, u = numpy.zeros(n), numpy.random.rand(n).astype(numpy.float32)
    v, i = u * 2, numpy.arange(n)
    j = i * 7
    print("\n%d elements\n| %-52s | %12s | %12s |" % (n, "expression", "numexpr ns", "to Furrow"))
    logs = []
    for name, text, out in CASES:
        def run(text=text, out=out):
            numexpr.evaluate(text, out=z) if out else numexpr.evaluate(text)
        rounds = max(1, (1 << 22) // n)
        took = min(timeit.repeat(run, number=rounds, repeat=5)) / rounds * 1e9
        if (n, name) in furrow:
            logs.append(math.log(took / furrow[n, name]))
            print("| %-52s | %12.0f | %12.2f |" % (name, took, math.exp(logs[-1])))
    if logs:
        print("geometric mean %.2f, aim 2" % math.exp(sum(logs) / len(logs)))
