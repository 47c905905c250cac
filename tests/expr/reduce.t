# Reductions and what fuses with them.

> sum([1,2,3])
6

> sum([1.5,2.5])
4.0

> sum(1:100)
5050

> prod([1,2,3,4])
24

> sum([1 2; 3 4])
10

> sum([1 2; 3 4], 1)
1x2 Array{Int64,2}:
 4  6

> sum([1 2; 3 4], 2)
2x1 Array{Int64,2}:
 3
 7

> prod([1 2; 3 4], 1)
1x2 Array{Int64,2}:
 3  8

> maximum([1 2; 3 4], 2)
2x1 Array{Int64,2}:
 2
 4

> mean([1 2; 3 4], 1)
1x2 Array{Float64,2}:
 2.0  3.0

> sum([true,false,true])
2

> sum(x -> x^2, [1,2,3])
14

> sum(x^2 for x in 1:3)
14

> sum(x for x in 1:10 if x % 2 == 0)
30

> reduce(+, [1,2,3])
6

> reduce(*, 1:5)
120

> reduce(max, [3,1,4])
4

> reduce(+, 10, [1,2])
13

> mapreduce(x -> x^2, +, [1,2,3])
14

> foldl(-, [10,2,3]), foldr(-, [10,2,3])
(5,11)

> any(x -> x > 2, [1,2,3]), all(x -> x > 0, [1,2,3]), count(x -> x > 1, [1,2,3])
(true,true,2)

> x = [0.1,0.2,0.3]; y = [3.0,2.0,1.0]; sum(x .* y)
% sum([0.1 0.2 0.3] .* [3 2 1])
= 1x1: 1
1.0

> sum((x - y).^2)
% sum(([0.1 0.2 0.3] - [3 2 1]).^2)
= 1x1: 12.140000000000001
12.14

> sqrt(sum(x.^2))
% sqrt(sum([0.1 0.2 0.3].^2))
= 1x1: 0.37416573867739417
0.37416573867739417

> maximum(abs(x - y))
% max(abs([0.1 0.2 0.3] - [3 2 1]))
= 1x1: 2.8999999999999999
2.9

> sum(exp.(x) ./ (1 + y))
% sum(exp([.1 .2 .3]) ./ (1 + [3 2 1]))
= 1x1: 1.3583563860269701
1.35835638602697

> sum(sin.(x).^2 + cos.(x).^2)
% sum(sin([.1 .2 .3]).^2 + cos([.1 .2 .3]).^2)
= 1x1: 3
3.0

> sum([])
0

> maximum(Int64[])
! ARG ArgumentError: an empty collection has no maximum and no minimum

> minimum([])
! ARG ArgumentError: an empty collection has no maximum and no minimum

> mean(Float64[])
NaN

> prod(Float64[])
1.0

> maximum([1,NaN,3])
NaN

> sum([1, NaN])
NaN

> extrema([2.5,-1])
(-1.0,2.5)

> sum(Float32[0.1, 0.2])
0.3f0

> typeof(sum(Float32[1,2])), typeof(sum(Int8[100,100])), typeof(mean([1,2]))
(Float32,Int64,Float64)

> sum(Int8[100,100])
200

> sum(1/k^2 for k in 1:1000)
% sum(1 ./ (1:1000).^2)
= 1x1: 1.6439345666815615
1.6439345666815601

> sum(collect(0.1:0.1:1))
% sum(0.1:0.1:1)
= 1x1: 5.5000000000000009
5.5

> sumabs2([1,2,3])
14
