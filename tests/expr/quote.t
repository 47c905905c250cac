# Quoted expressions.

> :(x = 1)
:(x = 1)

> :(a + b * c)
:(a + b * c)

> ex = :(x^2 + 1); ex
:(x ^ 2 + 1)

> x = 3; eval(ex)
10

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

> quote
>   a = 1
>   a + 1
> end
quote
    a = 1
    a + 1
end

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

> v = [1,2,3]; ex2 = :(sum($v)); eval(ex2)
6

> eval(:(1 + 2))
3

> eval(:x)
3

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

> x = 3; eval(:(x + 1))
4

> eval(:(yy = x^2)); yy
9

> eval(:x), eval(5), eval("a")
(3,5,"a")

> eval(quote
>   aa = 10
>   aa + 1
> end)
11

> frec() = eval(:(frec())); frec()
! LIMIT calls are nested more than 200 deep

> [eval(:($i + 1)) for i in 1:3]
3-element Array{Int64,1}:
 2
 3
 4

> gz(z) = eval(:($z + 1)); gz(4)
5

> ex = :(a + b); a = 1; b = 2; eval(ex)
3

> macroless = :(@elapsed x)
:(@elapsed x)

> :(function f(x) x end)
:(function f(x)
    x
end)

> :(f(x) = x)
:(f(x) = x)

> :(for i in 1:3 x end)
:(for i = 1:3
    x
end)

> :(while true break end)
:(while true
    break
end)

> :(return x)
:(return x)

> :(x.y = 1)
:(x.y = 1)

> :(x[1] = 2)
:(x[1] = 2)

> :([1 -2; 3 4])
:([1 -2; 3 4])

> :(a ? b : c ? d : e)
:(a ? b : c ? d : e)

> :(1 + 2im)
:(1 + 2im)

> :(0.1), :(1f0), :('a'), :("s")
(0.1,1.0f0,'a',"s")

> :(!x), :(-x), :(~x)
(:(!x),:(-x),:(~x))

> :(x'), :(x.'), :(x''), :(f.(x))
(:(x'),:(x.'),:(x''),:(f.(x)))

> :(a:b:c), :(a[:,end])
(:(a:b:c),:(a[:,end]))

> :($(:x) + $(1.5) + $("s") + $('c') + $(true) + $(nothing))
:(x + 1.5 + "s" + 'c' + true + nothing)

> v = [1,2,3]; :(sum($v))
:(sum([1,2,3]))

> length("$(:(a+b))")
5

# A generator by itself keeps its parentheses: the text is parsed again elsewhere.
> :((a for x in xs))
:((a for x = xs))

> eval(:((i^2 for i in 1:3)))
3-element Array{Int64,1}:
 1
 4
 9

> :(f(x for x in xs; k = 1))
:(f((x for x = xs); k=1))
