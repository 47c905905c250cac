# Comprehensions and generators.

> [x^2 for x in 1:3]

> [x for x = 1:3]

> [x + y for x in 1:2, y in 1:3]

> [x for x in 1:10 if x % 3 == 0]

> [(x, y) for x in 1:2 for y in 1:2]

> [x for x in [1,2] for y in 1:2]

> Float64[x for x in 1:3]

> [1.5x for x in 1:2]

> ["a$i" for i in 1:2]

> [x for x in []]

> [k for k in Dict(:a=>1)]

> [x for x in "abc"]

> sum(x*y for x in 1:2, y in 1:2)

> collect(x^2 for x in 1:3)

> maximum(abs(x) for x in [-3,2])

> Dict(k => k^2 for k in 1:3)

> Dict(k => 0 for k in [2,3])

> [[i*j for j in 1:2] for i in 1:2]

> n = 2; [n*x for x in 1:2]

> [x for x in 1:3, y in 1:2]

> [i == j ? 1 : 0 for i in 1:2, j in 1:2]

> [sin(x) for x in 0:0.5:1]
% sin(0:0.5:1)'

> [x for (x, y) in [(1,2),(3,4)]]

> [x' for x in [1,2]]

> any(x > 2 for x in 1:3), all(x > 2 for x in 1:3)

> length([x for x in 1:0])

> typeof([x for x in 1:3]), typeof([x/2 for x in 1:3]), typeof(["a" for x in 1:2])

> [x for x in 1:3][2]

> join([string(i) for i in 1:3], "+")

> [i + j for i in 1:2, j in [10,20]]
% [11 21; 12 22]

> x = 100; [x for x in 1:2]; x
