# Comprehensions and generators.

> [x^2 for x in 1:3]
3-element Array{Int64,1}:
 1
 4
 9

> [x for x = 1:3]
3-element Array{Int64,1}:
 1
 2
 3

> [x + y for x in 1:2, y in 1:3]
2x3 Array{Int64,2}:
 2  3  4
 3  4  5

> [x for x in 1:10 if x % 3 == 0]
3-element Array{Int64,1}:
 3
 6
 9

> [(x, y) for x in 1:2 for y in 1:2]
4-element Array{Any,1}:
 (1,1)
 (1,2)
 (2,1)
 (2,2)

> [x for x in [1,2] for y in 1:2]
4-element Array{Int64,1}:
 1
 1
 2
 2

> Float64[x for x in 1:3]
3-element Array{Float64,1}:
 1.0
 2.0
 3.0

> [1.5x for x in 1:2]
2-element Array{Float64,1}:
 1.5
 3.0

> ["a$i" for i in 1:2]
2-element Array{String,1}:
 "a1"
 "a2"

> [x for x in []]
0-element Array{Any,1}

> [k for k in Dict(:a=>1)]
1-element Array{Any,1}:
 :a=>1

> [x for x in "abc"]
3-element Array{Char,1}:
 'a'
 'b'
 'c'

> sum(x*y for x in 1:2, y in 1:2)
9

> collect(x^2 for x in 1:3)
3-element Array{Int64,1}:
 1
 4
 9

> maximum(abs(x) for x in [-3,2])
3

> Dict(k => k^2 for k in 1:3)
Dict{Int64,Int64} with 3 entries:
  1 => 1
  2 => 4
  3 => 9

> Dict(k => 0 for k in [2,3])
Dict{Int64,Int64} with 2 entries:
  2 => 0
  3 => 0

> [[i*j for j in 1:2] for i in 1:2]
2-element Array{Any,1}:
 [1,2]
 [2,4]

> n = 2; [n*x for x in 1:2]
2-element Array{Int64,1}:
 2
 4

> [x for x in 1:3, y in 1:2]
3x2 Array{Int64,2}:
 1  1
 2  2
 3  3

> [i == j ? 1 : 0 for i in 1:2, j in 1:2]
2x2 Array{Int64,2}:
 1  0
 0  1

> [sin(x) for x in 0:0.5:1]
% sin(0:0.5:1)'
= 3x1: 0 0.47942553860420301 0.8414709848078965
3-element Array{Float64,1}:
 0.0
 0.479426
 0.841471

> [x for (x, y) in [(1,2),(3,4)]]
2-element Array{Int64,1}:
 1
 3

> [x' for x in [1,2]]
2-element Array{Int64,1}:
 1
 2

> any(x > 2 for x in 1:3), all(x > 2 for x in 1:3)
(true,false)

> length([x for x in 1:0])
0

> typeof([x for x in 1:3]), typeof([x/2 for x in 1:3]), typeof(["a" for x in 1:2])
(Array{Int64,1},Array{Float64,1},Array{String,1})

> [x for x in 1:3][2]
2

> join([string(i) for i in 1:3], "+")
"1+2+3"

> [i + j for i in 1:2, j in [10,20]]
% [11 21; 12 22]
= 2x2: 11 12 21 22
2x2 Array{Int64,2}:
 11  21
 12  22

> x = 100; [x for x in 1:2]; x
100
