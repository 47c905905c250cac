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

> mean(x), std(x), var(x)
% [mean([.1 .2 .3]); std([.1 .2 .3]); var([.1 .2 .3])]
= 3x1: 0.20000000000000004 0.099999999999999992 0.0099999999999999985
(0.20000000000000004,0.09999999999999999,0.009999999999999998)

> maximum(abs(x - y))
% max(abs([0.1 0.2 0.3] - [3 2 1]))
= 1x1: 2.8999999999999999
2.9

> dot(x, y)
% dot([0.1 0.2 0.3], [3 2 1])
= 1x1: 1
1.0

> norm(x - y)
% norm([0.1 0.2 0.3] - [3 2 1])
= 1x1: 3.4842502780368694
3.4842502780368694

> cumsum(x)
% cumsum([0.1; 0.2; 0.3])
= 3x1: 0.10000000000000001 0.30000000000000004 0.60000000000000009
3-element Array{Float64,1}:
 0.1
 0.3
 0.6

> cumsum([1 2; 3 4], 1)
% cumsum([1 2; 3 4], 1)
= 2x2: 1 4 2 6
2x2 Array{Int64,2}:
 1  2
 4  6

> sum(exp.(x) ./ (1 + y))
% sum(exp([.1 .2 .3]) ./ (1 + [3 2 1]))
= 1x1: 1.3583563860269701
1.35835638602697

> sum(sin.(x).^2 + cos.(x).^2)
% sum(sin([.1 .2 .3]).^2 + cos([.1 .2 .3]).^2)
= 1x1: 3
3.0

> m = reshape(collect(1.0:12.0), 3, 4); sum(m .* m)
% sum(sum(reshape(1:12,3,4).^2))
= 1x1: 650
650.0

> sum(m, 1)
% sum(reshape(1:12,3,4), 1)
= 1x4: 6 15 24 33
1x4 Array{Float64,2}:
 6.0  15.0  24.0  33.0

> m * m'
% reshape(1:12,3,4) * reshape(1:12,3,4)'
= 3x3: 166 188 210 188 214 240 210 240 270
3x3 Array{Float64,2}:
 166.0  188.0  210.0
 188.0  214.0  240.0
 210.0  240.0  270.0

> m' * m
% reshape(1:12,3,4)' * reshape(1:12,3,4)
= 4x4: 14 32 50 68 32 77 122 167 50 122 194 266 68 167 266 365
4x4 Array{Float64,2}:
 14.0   32.0   50.0   68.0
 32.0   77.0  122.0  167.0
 50.0  122.0  194.0  266.0
 68.0  167.0  266.0  365.0

> m[2:3,[1,4]]
% reshape(1:12,3,4)(2:3,[1 4])
= 2x2: 2 3 11 12
2x2 Array{Float64,2}:
 2.0  11.0
 3.0  12.0

> maximum(m, 1)
% max(reshape(1:12,3,4))
= 1x4: 3 6 9 12
1x4 Array{Float64,2}:
 3.0  6.0  9.0  12.0

> minimum(m, 2)
% min(reshape(1:12,3,4), [], 2)
= 3x1: 1 2 3
3x1 Array{Float64,2}:
 1.0
 2.0
 3.0

> sum(m .> 6)
% sum(sum(reshape(1:12,3,4) > 6))
= 1x1: 6
6

> count(m .> 6)
% sum(sum(reshape(1:12,3,4) > 6))
= 1x1: 6
6

> mean(m)
% mean(mean(reshape(1:12,3,4)))
= 1x1: 6.5
6.5

> std(m[:])
% std(1:12)
= 1x1: 3.6055512754639891
3.605551275463989

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

> indmax([3,9,2]), indmin([3,9,2])
(2,3)

> findmax([3,9,2])
(9,2)

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

> vecnorm([1 2; 3 4])
% norm([1 2; 3 4], 'fro')
= 1x1: 5.4772255750516612
5.477225575051661

> sumabs2([1,2,3])
14

# Fused or in two steps: the same bits, whatever the elements.
> v = rand(1500) .- 0.25; w = v .* 1.5; (prod(v .* 1.5) == prod(w), sum(v .* 1.5) == sum(w), mean(v .* 1.5) == mean(w), maximum(v .* 1.5) == maximum(w), minimum(v .* 1.5) == minimum(w))
(true,true,true,true,true)

> v = map(Float32, rand(1500) .- 0.25); w = v .* v; (prod(v .* v) === prod(w), sum(v .* v) === sum(w), mean(v .* v) === mean(w), maximum(v .* v) === maximum(w), minimum(v .* v) === minimum(w))
(true,true,true,true,true)

> v = collect(-700:800); w = v .* 3; (prod(v .* 3 + 1) == prod(w + 1), sum(v .* 3) == sum(w), mean(v .* 3) == mean(w), maximum(v .* 3) == maximum(w), minimum(v .* 3) == minimum(w))
(true,true,true,true,true)

> v = rand(1500) .+ 0.5im; w = v .* 2; (prod(v .* 2) == prod(w), sum(v .* 2) == sum(w), mean(v .* 2) == mean(w))
(true,true,true)

> v = map(UInt8, mod.(collect(1:1000), 200)); w = v .+ v; (sum(v .+ v) === sum(w), prod(v .+ v) === prod(w), maximum(v .+ v) === maximum(w), minimum(v .+ v) === minimum(w))
(true,true,true,true)

> v = collect(1:1000); (count(v .> 990), any(v .> 999), all(v .> 0), sum(v .> 990), prod(v .> 0), maximum(v .> 1000), minimum(v .> 0), mean(v .> 500))
(10,true,true,10,1,false,true,0.5)

> (maximum([-0.0, 0.0] .* 1.0), minimum([0.0, -0.0] .* 1.0), maximum([1.0, NaN, 2.0] .* 1.0), minimum([1.0, NaN] .* 1.0), maximum(-[0.0, 0.0]))
(0.0,-0.0,NaN,NaN,-0.0)

> maximum([UInt64(1), typemax(UInt64)] .| UInt64(0)) == typemax(UInt64)
true
