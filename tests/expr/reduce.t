# Reductions and what fuses with them.

> sum([1,2,3])

> sum([1.5,2.5])

> sum(1:100)

> prod([1,2,3,4])

> sum([1 2; 3 4])

> sum([1 2; 3 4], 1)

> sum([1 2; 3 4], 2)

> prod([1 2; 3 4], 1)

> maximum([1 2; 3 4], 2)

> mean([1 2; 3 4], 1)

> sum([true,false,true])

> sum(x -> x^2, [1,2,3])

> sum(x^2 for x in 1:3)

> sum(x for x in 1:10 if x % 2 == 0)

> reduce(+, [1,2,3])

> reduce(*, 1:5)

> reduce(max, [3,1,4])

> reduce(+, 10, [1,2])

> mapreduce(x -> x^2, +, [1,2,3])

> foldl(-, [10,2,3]), foldr(-, [10,2,3])

> any(x -> x > 2, [1,2,3]), all(x -> x > 0, [1,2,3]), count(x -> x > 1, [1,2,3])

> x = [0.1,0.2,0.3]; y = [3.0,2.0,1.0]; sum(x .* y)
% sum([0.1 0.2 0.3] .* [3 2 1])

> sum((x - y).^2)
% sum(([0.1 0.2 0.3] - [3 2 1]).^2)

> sqrt(sum(x.^2))
% sqrt(sum([0.1 0.2 0.3].^2))

> mean(x), std(x), var(x)
% [mean([.1 .2 .3]); std([.1 .2 .3]); var([.1 .2 .3])]

> maximum(abs(x - y))
% max(abs([0.1 0.2 0.3] - [3 2 1]))

> dot(x, y)
% dot([0.1 0.2 0.3], [3 2 1])

> norm(x - y)
% norm([0.1 0.2 0.3] - [3 2 1])

> cumsum(x)
% cumsum([0.1; 0.2; 0.3])

> cumsum([1 2; 3 4], 1)
% cumsum([1 2; 3 4], 1)

> sum(exp.(x) ./ (1 + y))
% sum(exp([.1 .2 .3]) ./ (1 + [3 2 1]))

> sum(sin.(x).^2 + cos.(x).^2)
% sum(sin([.1 .2 .3]).^2 + cos([.1 .2 .3]).^2)

> m = reshape(collect(1.0:12.0), 3, 4); sum(m .* m)
% sum(sum(reshape(1:12,3,4).^2))

> sum(m, 1)
% sum(reshape(1:12,3,4), 1)

> m * m'
% reshape(1:12,3,4) * reshape(1:12,3,4)'

> m' * m
% reshape(1:12,3,4)' * reshape(1:12,3,4)

> m[2:3,[1,4]]
% reshape(1:12,3,4)(2:3,[1 4])

> maximum(m, 1)
% max(reshape(1:12,3,4))

> minimum(m, 2)
% min(reshape(1:12,3,4), [], 2)

> sum(m .> 6)
% sum(sum(reshape(1:12,3,4) > 6))

> count(m .> 6)
% sum(sum(reshape(1:12,3,4) > 6))

> mean(m)
% mean(mean(reshape(1:12,3,4)))

> std(m[:])
% std(1:12)

> sum([])

> maximum(Int64[])

> minimum([])

> mean(Float64[])

> prod(Float64[])

> maximum([1,NaN,3])

> sum([1, NaN])

> extrema([2.5,-1])

> indmax([3,9,2]), indmin([3,9,2])

> findmax([3,9,2])

> sum(Float32[0.1, 0.2])

> typeof(sum(Float32[1,2])), typeof(sum(Int8[100,100])), typeof(mean([1,2]))

> sum(Int8[100,100])

> countnz([0,1,2])

> sum(1/k^2 for k in 1:1000)
% sum(1 ./ (1:1000).^2)

> sum(collect(0.1:0.1:1))
% sum(0.1:0.1:1)

> vecnorm([1 2; 3 4])
% norm([1 2; 3 4], 'fro')

> sumabs2([1,2,3])
