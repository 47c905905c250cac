# Ranges.

> 1:3

> 1:0

> collect(1:3)

> 1:2:10

> collect(1:2:10)

> collect(10:-3:1)

> 0.1:0.1:0.3

> collect(0.1:0.1:0.3)

> collect(0:0.25:1)
% (0:0.25:1)'

> length(1:10), length(1:3:10), length(5:1)

> first(2:5), last(2:5), step(1:2:9)

> sum(1:10), maximum(1:10), minimum(3:5)

> (1:3) + 1

> (1:3) * 2

> 2(1:3)

> (1:3) .^ 2

> 3 in 1:5, 6 in 1:5

> 1:0:5

> 1:3 == [1,2,3]

> reverse(1:3)

> [1:3, 4:6]

> for i in 1:3 end

> typeof(1:3), typeof(1:2:3), typeof(0.1:0.1:1)

> collect(linspace(0,1,3))

> n = 3; collect(1:n+1)

> (1:5)[2:3]

> collect(3:-1:1)

> 'a':'e'

> collect(1.0:3.0)

> eltype(1:3), eltype(0.5:1)

> map(x -> 2x, 1:3)

> isempty(1:0)

> -(1:3)

> (1:3)'

> 1.5:3

> collect(1:3)[end]
