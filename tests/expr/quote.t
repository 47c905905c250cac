# Quoted expressions.

> :(x = 1)

> :(a + b * c)

> ex = :(x^2 + 1); ex

> eval(ex)
! NAME

> x = 3; eval(ex)

> y = 4; :(x + $y)

> :(f($(1+2), $(:a)))

> s = :name; :($s = 5)

> :(:a)

> quote
>   a = 1
>   a + 1
> end

> :(bar[1:2,:])

> :(rand(5).^2)

> typeof(:(a+b)), typeof(:a), typeof(:(1))

> :(x) == :x

> :(a+b) == :(a + b)

> :([1 2; 3 4]')

> :(Dict(:a=>1))

> :(x -> x + 1)

> :(if a; b; else; c; end)

> :(a && b || !c)

> :(2k)

> :("a$(x)b")

> :(x .+ y)

> v = [1,2,3]; ex2 = :(sum($v)); eval(ex2)

> eval(:(1 + 2))

> eval(:x)

> :(f(x; k=1))

> :(a.b.c)

> :(x += 1)

> :(1:2:3)

> :(x ? y : z)

> :(-x^2)

> :(a < b <= c)

> string(:(a + b))

> :($x + 1)

> :(-$x)

> :((a,b) = (b,a))

> :(a')

> :([x for x in 1:3])
