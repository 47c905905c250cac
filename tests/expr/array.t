# Arrays: literals, elementwise operators, promotion, shapes.

> [1,2,3]

> [1,2.5,3]

> [1 2; 3 4]

> [1 2 3]

> [1.5, true, 2]

> [1, "a", :b]

> ["a", "b"]

> [true, false]

> []

> Float64[]

> Float32[1,2]

> Any[1,2]

> [1+2im, 3]

> [1 -2]

> [1 - 2]

> a = 3; b = 1; [a -b]

> [a - b]

> [a -b; b a]

> [[1,2], [3,4]]

> [[1 2]; [3 4]]

> [[1,2] [3,4]]

> [[1,2]; 3]

> [1:3; 10]

> [1:3]

> collect(1:3)

> [1,2,3] + 1

> 1 - [1,2,3]

> [1,2,3] * 2

> [1,2,3] / 2

> 2 / [1,2,4]

> 2 ./ [1,2,4]

> [1,2,3] + [10,20,30]

> [1,2,3] .+ [1.5,2.5,3.5]

> [1,2,3] * [4,5,6]
! 

> [1,2,3] .* [4,5,6]

> [1,2,3] .^ 2

> 2 .^ [1,2,3]

> [1,2] + [1,2,3]

> [1,2] .+ [1 2 3]

> -[1,2,3]

> ![true,false]

> [1,2,3] .< 2

> [1,2,3] .== [1,5,3]

> [1,2,3] == [1,2,3]

> [1,2,3] == [1.0,2.0,3.0]

> [1 2; 3 4]'

> [1,2,3]'

> [1+im 2]'

> [1+im 2].'

> [1 2; 3 4] * [1,1]

> [1 2; 3 4] * [1 2; 3 4]

> [1 2; 3 4]^2

> [1,2,3]' * [4,5,6]

> [1 2; 3 4] * [1 2 3; 4 5 6]
% [1 2; 3 4] * [1 2 3; 4 5 6]

> [1 2 3] * [1 2 3]

> sin.([0.1, 0.2])
% sin([0.1; 0.2])

> sqrt([1,4,9])

> abs([-1,2,-3])

> exp.([0 1; 2 3]) ./ 2
% exp([0 1; 2 3]) / 2

> zeros(3)

> zeros(2,3)

> zeros(Int, 2)

> ones(2)

> fill(7, 3)

> fill(1.5, (2,2))

> eye(2)

> linspace(0, 1, 5)

> reshape(1:6, 2, 3)

> reshape([1,2,3,4], (2,2))

> size(zeros(2,3)), size(zeros(2,3), 1), length(zeros(2,3)), ndims(zeros(2,3))

> size([1,2,3])

> eltype([1,2.5]), eltype(1:3), eltype([1,"a"])

> hcat([1,2], [3,4])

> vcat([1,2], [3,4])

> vcat(1, 2, [3])

> cat(1, [1,2], [3])

> hcat(1, 2)

> vcat([1 2], [3 4])

> vcat([1,2], [3 4])

> hcat([1,2], [1,2,3])

> repmat([1,2], 2)

> sort([3,1,2])

> sort([3,1,2], rev=true)

> sortperm([30,10,20])

> reverse([1,2,3])

> unique([1,2,1,3])

> find([true,false,true])

> findfirst([0,5,0,7], 5)

> cumsum([1,2,3])

> cumprod([1,2,3])

> diff([1,4,9])

> dot([1,2,3], [4,5,6])

> norm([3,4])

> cross([1,0,0], [0,1,0])

> trace([1 2; 3 4])

> det([1 2; 3 4])

> diag([1 2; 3 4])

> push!([1,2], 3)

> x = [1,2]; append!(x, [3,4]); x

> pop!(x)

> x

> copy(x)

> y = x; y[1] = 100; x

> z = copy(x); z[1] = 0; x

> ones(2,2) + [1 2; 3 4]
% ones(2,2) + [1 2; 3 4]

> zeros(2,0)

> zeros(0)

> sum(zeros(0))

> Array(Float64, 2)[1] isa Float64

> typeof([1 2; 3 4]), typeof([1f0]), typeof(["a"]), typeof([[1],[2]])

> rand(3) |> size

> randn(2,2) |> typeof

> isempty([]), isempty([1])

> [1,2,3] .% 2

> [5,6,7] .÷ 2

> any([false,true]), all([false,true])

> map(x -> x^2, [1,2,3])

> map(+, [1,2], [3,4])

> filter(x -> x > 1, [1,2,3])

> [i^2 for i in 1:3]

> minimum([3,1,2]), maximum([3.5,1]), extrema([3,1,2])

> circshift([1,2,3], 1)

> triu([1 2; 3 4]), tril([1 2; 3 4])

> inv([1 2; 3 5])

> kron([1 2], [1,1])

> mean([1,2,3,4]), median([1,2,3,4]), std([1,2,3,4]), var([1,2,3,4])

> meshgrid
! NAME meshgrid
