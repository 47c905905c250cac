# Quoted expressions.

> :(x = 1)
:(x = 1)

> :(a + b * c)
:(a + b * c)

> ex = :(x^2 + 1); ex
:(x ^ 2 + 1)

> x = 3
3

> y = 4; :(x + $y)
:(x + 4)

> :(f($(1+2), $(:a)))
:(f(3,a))

> s = :name; :($s = 5)
:(name = 5)

> :(:a)
:(:a)

> :(bar[1:2,:])
:(bar[1:2,:])

> :(rand(5).^2)
:(rand(5) .^ 2)

> typeof(:(a+b)), typeof(:a), typeof(:(1))
(Expr,Symbol,Int64)

> :(x) == :x
true

> :(a+b) == :(a + b)
true

> :([1 2; 3 4]')
:([1 2; 3 4]')

> :(Dict(:a=>1))
:(Dict(:a => 1))

> :(x -> x + 1)
:(x->x + 1)

> :(if a; b; else; c; end)
:(if a
    b
else
    c
end)

> :(a && b || !c)
:(a && b || !c)

> :(2k)
:(2k)

> :("a$(x)b")
:("a$(x)b")

> :(x .+ y)
:(x .+ y)

> :(f(x; k=1))
:(f(x; k=1))

> :(a.b.c)
:(a.b.c)

> :(x += 1)
:(x += 1)

> :(1:2:3)
:(1:2:3)

> :(x ? y : z)
:(x ? y : z)

> :(-x^2)
:(-(x ^ 2))

> :(a < b <= c)
:(a < b <= c)

> string(:(a + b))
"a + b"

> :($x + 1)
:(3 + 1)

> :(-$x)
:(-(3))

> :((a,b) = (b,a))
:((a,b) = (b,a))

> :(a')
:(a')

> :([x for x in 1:3])
:([x for x = 1:3])
