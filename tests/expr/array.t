# Arrays: literals, elementwise operators, promotion, shapes.

> [1,2,3]
3-element Array{Int64,1}:
 1
 2
 3

> [1,2.5,3]
3-element Array{Float64,1}:
 1.0
 2.5
 3.0

> [1 2; 3 4]
2x2 Array{Int64,2}:
 1  2
 3  4

> [1 2 3]
1x3 Array{Int64,2}:
 1  2  3

> [1.5, true, 2]
3-element Array{Float64,1}:
 1.5
 1.0
 2.0

> [1, "a", :b]
3-element Array{Any,1}:
 1
  "a"
  :b

> ["a", "b"]
2-element Array{String,1}:
 "a"
 "b"

> [true, false]
2-element Array{Bool,1}:
  true
 false

> []
0-element Array{Any,1}

> Float64[]
0-element Array{Float64,1}

> Float32[1,2]
2-element Array{Float32,1}:
 1.0
 2.0

> Any[1,2]
2-element Array{Any,1}:
 1
 2

> [1+2im, 3]
2-element Array{Complex{Int64},1}:
 1+2im
 3+0im

> [1 -2]
1x2 Array{Int64,2}:
 1  -2

> [1 - 2]
1-element Array{Int64,1}:
 -1

> a = 3; b = 1; [a -b]
1x2 Array{Int64,2}:
 3  -1

> [a - b]
1-element Array{Int64,1}:
 2

> [a -b; b a]
2x2 Array{Int64,2}:
 3  -1
 1   3

> [[1,2], [3,4]]
2-element Array{Any,1}:
 [1,2]
 [3,4]

> [[1 2]; [3 4]]
2x2 Array{Int64,2}:
 1  2
 3  4

> [[1,2] [3,4]]
2x2 Array{Int64,2}:
 1  3
 2  4

> [[1,2]; 3]
3-element Array{Int64,1}:
 1
 2
 3

> [1:3; 10]
4-element Array{Int64,1}:
  1
  2
  3
 10

> [1:3]
1-element Array{Any,1}:
 1:3

> collect(1:3)
3-element Array{Int64,1}:
 1
 2
 3

> [1,2,3] + 1
3-element Array{Int64,1}:
 2
 3
 4

> 1 - [1,2,3]
3-element Array{Int64,1}:
  0
 -1
 -2

> [1,2,3] * 2
3-element Array{Int64,1}:
 2
 4
 6

> [1,2,3] / 2
3-element Array{Float64,1}:
 0.5
 1.0
 1.5

> 2 / [1,2,4]
! TYPE no method /(Int64, Array{Int64,1})

> 2 ./ [1,2,4]
3-element Array{Float64,1}:
 2.0
 1.0
 0.5

> [1,2,3] + [10,20,30]
3-element Array{Int64,1}:
 11
 22
 33

> [1,2,3] .+ [1.5,2.5,3.5]
3-element Array{Float64,1}:
 2.5
 4.5
 6.5

> [1,2,3] * [4,5,6]
! SHAPE DimensionMismatch: * of a 3-element array and a 3-element array

> [1,2,3] .* [4,5,6]
3-element Array{Int64,1}:
  4
 10
 18

> [1,2,3] .^ 2
3-element Array{Int64,1}:
 1
 4
 9

> 2 .^ [1,2,3]
3-element Array{Int64,1}:
 2
 4
 8

> [1,2] + [1,2,3]
! SHAPE DimensionMismatch: + of a 2-element array and a 3-element array

> [1,2] .+ [1 2 3]
2x3 Array{Int64,2}:
 2  3  4
 3  4  5

> -[1,2,3]
3-element Array{Int64,1}:
 -1
 -2
 -3

> ![true,false]
2-element Array{Bool,1}:
 false
  true

> [1,2,3] .< 2
3-element Array{Bool,1}:
  true
 false
 false

> [1,2,3] .== [1,5,3]
3-element Array{Bool,1}:
  true
 false
  true

> [1,2,3] == [1,2,3]
true

> [1,2,3] == [1.0,2.0,3.0]
true

> [1 2; 3 4]'
2x2 Array{Int64,2}:
 1  3
 2  4

> [1,2,3]'
1x3 Array{Int64,2}:
 1  2  3

> [1+im 2]'
2x1 Array{Complex{Int64},2}:
 1-1im
 2+0im

> [1+im 2].'
2x1 Array{Complex{Int64},2}:
 1+1im
 2+0im

> [1 2; 3 4] * [1,1]
2-element Array{Int64,1}:
 3
 7

> [1 2; 3 4] * [1 2; 3 4]
2x2 Array{Int64,2}:
  7  10
 15  22

> [1 2; 3 4]^2
2x2 Array{Int64,2}:
  7  10
 15  22

> [1,2,3]' * [4,5,6]
1-element Array{Int64,1}:
 32

> [1 2; 3 4] * [1 2 3; 4 5 6]
% [1 2; 3 4] * [1 2 3; 4 5 6]
= 2x3: 9 19 12 26 15 33
2x3 Array{Int64,2}:
  9  12  15
 19  26  33

> [1 2 3] * [1 2 3]
! SHAPE DimensionMismatch: * of a 1x3 array and a 1x3 array

> sin.([0.1, 0.2])
% sin([0.1; 0.2])
= 2x1: 0.099833416646828155 0.19866933079506122
2-element Array{Float64,1}:
 0.0998334
 0.198669

> sqrt([1,4,9])
3-element Array{Float64,1}:
 1.0
 2.0
 3.0

> abs([-1,2,-3])
3-element Array{Int64,1}:
 1
 2
 3

> exp.([0 1; 2 3]) ./ 2
% exp([0 1; 2 3]) / 2
= 2x2: 0.5 3.6945280494653252 1.3591409142295225 10.042768461593834
2x2 Array{Float64,2}:
 0.5       1.35914
 3.69453  10.0428

> zeros(3)
3-element Array{Float64,1}:
 0.0
 0.0
 0.0

> zeros(2,3)
2x3 Array{Float64,2}:
 0.0  0.0  0.0
 0.0  0.0  0.0

> zeros(Int, 2)
2-element Array{Int64,1}:
 0
 0

> ones(2)
2-element Array{Float64,1}:
 1.0
 1.0

> fill(7, 3)
3-element Array{Int64,1}:
 7
 7
 7

> fill(1.5, (2,2))
2x2 Array{Float64,2}:
 1.5  1.5
 1.5  1.5

> eye(2)
2x2 Array{Float64,2}:
 1.0  0.0
 0.0  1.0

> linspace(0, 1, 5)
5-element Array{Float64,1}:
 0.0
 0.25
 0.5
 0.75
 1.0

> reshape(1:6, 2, 3)
2x3 Array{Int64,2}:
 1  3  5
 2  4  6

> reshape([1,2,3,4], (2,2))
2x2 Array{Int64,2}:
 1  3
 2  4

> size(zeros(2,3)), size(zeros(2,3), 1), length(zeros(2,3)), ndims(zeros(2,3))
((2,3),2,6,2)

> size([1,2,3])
(3,)

> eltype([1,2.5]), eltype(1:3), eltype([1,"a"])
(Float64,Int64,Any)

> hcat([1,2], [3,4])
2x2 Array{Int64,2}:
 1  3
 2  4

> vcat([1,2], [3,4])
4-element Array{Int64,1}:
 1
 2
 3
 4

> vcat(1, 2, [3])
3-element Array{Int64,1}:
 1
 2
 3

> cat(1, [1,2], [3])
3-element Array{Int64,1}:
 1
 2
 3

> hcat(1, 2)
1x2 Array{Int64,2}:
 1  2

> vcat([1 2], [3 4])
2x2 Array{Int64,2}:
 1  2
 3  4

> vcat([1,2], [3 4])
! SHAPE DimensionMismatch: concatenation of a 2-element array and a 1x2 array

> hcat([1,2], [1,2,3])
! SHAPE DimensionMismatch: concatenation of a 2-element array and a 3-element array

> repmat([1,2], 2)
4-element Array{Int64,1}:
 1
 2
 1
 2

> sort([3,1,2])
3-element Array{Int64,1}:
 1
 2
 3

> sort([3,1,2], rev=true)
3-element Array{Int64,1}:
 3
 2
 1

> sortperm([30,10,20])
3-element Array{Int64,1}:
 2
 3
 1

> reverse([1,2,3])
3-element Array{Int64,1}:
 3
 2
 1

> unique([1,2,1,3])
3-element Array{Int64,1}:
 1
 2
 3

> find([true,false,true])
2-element Array{Int64,1}:
 1
 3

> findfirst([0,5,0,7], 5)
2

> cumsum([1,2,3])
3-element Array{Int64,1}:
 1
 3
 6

> cumprod([1,2,3])
3-element Array{Int64,1}:
 1
 2
 6

> diff([1,4,9])
2-element Array{Int64,1}:
 3
 5

> dot([1,2,3], [4,5,6])
32

> norm([3,4])
5.0

> cross([1,0,0], [0,1,0])
3-element Array{Int64,1}:
 0
 0
 1

> trace([1 2; 3 4])
5

> det([1 2; 3 4])
-2.0

> diag([1 2; 3 4])
2-element Array{Int64,1}:
 1
 4

> push!([1,2], 3)
3-element Array{Int64,1}:
 1
 2
 3

> x = [1,2]; append!(x, [3,4]); x
4-element Array{Int64,1}:
 1
 2
 3
 4

> pop!(x)
4

> x
3-element Array{Int64,1}:
 1
 2
 3

> copy(x)
3-element Array{Int64,1}:
 1
 2
 3

> y = x; y[1] = 100; x
3-element Array{Int64,1}:
 100
   2
   3

> z = copy(x); z[1] = 0; x
3-element Array{Int64,1}:
 100
   2
   3

> ones(2,2) + [1 2; 3 4]
% ones(2,2) + [1 2; 3 4]
= 2x2: 2 4 3 5
2x2 Array{Float64,2}:
 2.0  3.0
 4.0  5.0

> zeros(2,0)
2x0 Array{Float64,2}

> zeros(0)
0-element Array{Float64,1}

> sum(zeros(0))
0.0

> Array(Float64, 2)[1] isa Float64
true

> typeof([1 2; 3 4]), typeof([1f0]), typeof(["a"]), typeof([[1],[2]])
(Array{Int64,2},Array{Float32,1},Array{String,1},Array{Any,1})

> rand(3) |> size
(3,)

> randn(2,2) |> typeof
Array{Float64,2}

> isempty([]), isempty([1])
(true,false)

> [1,2,3] .% 2
3-element Array{Int64,1}:
 1
 0
 1

> [5,6,7] .÷ 2
3-element Array{Int64,1}:
 2
 3
 3

> any([false,true]), all([false,true])
(true,false)

> map(x -> x^2, [1,2,3])
3-element Array{Int64,1}:
 1
 4
 9

> map(+, [1,2], [3,4])
2-element Array{Int64,1}:
 4
 6

> filter(x -> x > 1, [1,2,3])
2-element Array{Int64,1}:
 2
 3

> [i^2 for i in 1:3]
3-element Array{Int64,1}:
 1
 4
 9

> minimum([3,1,2]), maximum([3.5,1]), extrema([3,1,2])
(1,3.5,(1,3))

> circshift([1,2,3], 1)
3-element Array{Int64,1}:
 3
 1
 2

> triu([1 2; 3 4]), tril([1 2; 3 4])
([1 2; 0 4],[1 0; 3 4])

> inv([1 2; 3 5])
2x2 Array{Float64,2}:
 -5.0   2.0
  3.0  -1.0

> kron([1 2], [1,1])
2x2 Array{Int64,2}:
 1  2
 1  2

> mean([1,2,3,4]), median([1,2,3,4]), std([1,2,3,4]), var([1,2,3,4])
(2.5,2.5,1.2909944487358056,1.6666666666666667)

> meshgrid
! NAME `meshgrid` is not defined

# Large blocks are used again, and are as new.
> x = ones(10^6); y = x .* 2; x = 0; y = 0; (sum(zeros(10^6)), sum(fill(0, 10^6)), sum(ones(10^6) .* 1), sum(falses(10^7)))
(0.0,0,1.0e6,0)

> x = ones(10^6); x = 0; v = zeros(0); resize!(v, 10^6); sum(v)
0.0

> s = 0.0; for i = 1:20; a = fill(1.0 * i, 10^6); b = a .+ 1; s += sum(b) - sum(a); end; s
2.0e7

# Longer than what is sorted at once.
> v = rand(300001); w = sort(v); (issorted(w), sum(w) == sum(sort(w)), w[1] == minimum(v), w[end] == maximum(v), sort(v, rev=true) == reverse(w))
(true,true,true,true,true)

> v = rand(-1000:1000, 200000); w = sort(v); (issorted(w), sum(w) == sum(v), w[1], w[end])
(true,true,-1000,1000)

# Tuples broadcast as vectors do; f.(x) in the other order.
> (1,2) .+ 1, (1,2) .* (3,4), [1,2] .+ (10,20), sqrt.((4,9)), max.((1,5),(3,2)), (1,2) .== (1,3)
((2,3),(3,8),[11,22],(2.0,3.0),(3,5),(true,false))

> (1,2) .+ (1,2,3)
! SHAPE DimensionMismatch

> [1,4] .|> x -> x + 1
2-element Array{Int64,1}:
 2
 5

> :(x .|> f), [1,4] .|> sqrt
(:(x .|> f),[1.0,2.0])
