# Ranges.

> 1:3
1:3

> 1:0
1:0

> collect(1:3)
3-element Array{Int64,1}:
 1
 2
 3

> 1:2:10
1:2:9

> collect(1:2:10)
5-element Array{Int64,1}:
 1
 3
 5
 7
 9

> collect(10:-3:1)
4-element Array{Int64,1}:
 10
  7
  4
  1

> 0.1:0.1:0.3
0.1:0.1:0.3

> collect(0.1:0.1:0.3)
3-element Array{Float64,1}:
 0.1
 0.2
 0.3

> collect(0:0.25:1)
% (0:0.25:1)'
= 5x1: 0 0.25 0.5 0.75 1
5-element Array{Float64,1}:
 0.0
 0.25
 0.5
 0.75
 1.0

> length(1:10), length(1:3:10), length(5:1)
(10,4,0)

> first(2:5), last(2:5), step(1:2:9)
(2,5,2)

> sum(1:10), maximum(1:10), minimum(3:5)
(55,10,3)

> (1:3) + 1
2:4

> (1:3) * 2
2:2:6

> 2(1:3)
2:2:6

> (1:3) .^ 2
3-element Array{Int64,1}:
 1
 4
 9

> 3 in 1:5, 6 in 1:5
(true,false)

> 1:0:5
! ARG the step of a range cannot be zero

> 1:3 == [1,2,3]
true

> reverse(1:3)
3:-1:1

> [1:3, 4:6]
2-element Array{Any,1}:
 1:3
 4:6

> for i in 1:3 end

> typeof(1:3), typeof(1:2:3), typeof(0.1:0.1:1)
(UnitRange{Int64},StepRange{Int64,Int64},FloatRange{Float64})

> collect(linspace(0,1,3))
3-element Array{Float64,1}:
 0.0
 0.5
 1.0

> n = 3; collect(1:n+1)
4-element Array{Int64,1}:
 1
 2
 3
 4

> (1:5)[2:3]
2:3

> collect(3:-1:1)
3-element Array{Int64,1}:
 3
 2
 1

> 'a':'e'
5-element Array{Char,1}:
 'a'
 'b'
 'c'
 'd'
 'e'

> collect(1.0:3.0)
3-element Array{Float64,1}:
 1.0
 2.0
 3.0

> eltype(1:3), eltype(0.5:1)
(Int64,Float64)

> map(x -> 2x, 1:3)
3-element Array{Int64,1}:
 2
 4
 6

> isempty(1:0)
true

> -(1:3)
-1:-1:-3

> (1:3)'
1x3 Array{Int64,2}:
 1  2  3

> 1.5:3
1.5:1.0:2.5

> collect(1:3)[end]
3
