# Control flow, functions, scope.

> if true 1 else 2 end
1

> if false 1 end

> if 1 < 0
>   "a"
> elseif 1 == 1
>   "b"
> else
>   "c"
> end
"b"

> if 1 2 end
! TYPE a Bool is wanted as a condition, not a Int64

> true ? 1 : 2
1

> false ? 1 : true ? 2 : 3
2

> s = 0; for i in 1:10 s += i end; s
55

> s = 0
> for i = 1:3, j = 1:3
>   if j > i
>     continue
>   end
>   s += i * j
> end
> s
0
25

> i = 0
> while true
>   i += 1
>   if i == 5 break end
> end
> i
0
5

> f(x) = x^2 + 1; f(3)
10

> f(2.5)
7.25

> function g(a, b=2; c=3)
>   a + 10b + 100c
> end;
> g(1), g(1, 1), g(1, c=0), g(1, 1, c=1), g(1; c=2)
(321,311,21,111,221)

> g()
! ARG g takes at least 1 argument, 0 given

> g(1, 2, 3)
! ARG g takes at most 2 arguments, 3 given

> g(1, d=4)
! ARG the function has no keyword argument `d`

> h = x -> 2x; h(4)
8

> (x -> x + 1)(2)
3

> (x, y) -> x + y
(x,y)->x + y

> ((x, y) -> x + y)(1, 2)
3

> fact(n) = n <= 1 ? 1 : n * fact(n - 1); fact(10)
3628800

> fib(n) = n < 2 ? n : fib(n-1) + fib(n-2); fib(15)
610

> a, b = 1, 2; a, b = b, a; (a, b)
(2,1)

> (p, q) = [5, 6]; p * q
30

> x, y = 1:2; x + y
3

> a, b = 1
! BOUNDS 2 values were expected, there are 1

> function early(x)
>   if x > 0
>     return "positive"
>   end
>   "not"
> end;
> early(1), early(-1)
("positive","not")

> function noret() end; noret()

> adder(n) = x -> x + n; adder(3)(4)
7

> vs(xs...) = length(xs); vs(1,2,3), vs()
(3,0)

> args = [1,2,3]; +(args...)
6

> max([1,5,3]...)
5

> begin
>   t = 3
>   t + 1
> end
4

> (u = 2; u * 3)
6

> 1 < 2 && "yes"
"yes"

> false && undefined_thing
false

> true || undefined_thing
true

> x = 10; function setx() x = 5; x end; setx(), x
(5,10)

> function readx() x + 1 end; readx()
11

> function glob() global x = 77 end; glob(); x
77

> let_ = 3; let_
3

> n = 0; for (k, v) in Dict(:a => 1, :b => 2) n += v end; n
3

> c = 0; for x in [1 2; 3 4] c += x end; c
10

> for x in "ab" end

> z = 0; for (i, x) in enumerate([10,20]) z += i*x end; z
50

> w = 0; for (a, b) in zip(1:2, 3:4) w += a*b end; w
11

> map([1,2,3]) do x
>   x * 10
> end
3-element Array{Int64,1}:
 10
 20
 30

> f2(x::Int64) = x; f2(1)
1

> f2(1.5)
! TYPE TypeError: expected Int64, got a value of type Float64

> f(1,2)
! ARG f takes 1 argument, 2 given

> squrt(2)
! NAME `squrt` is not defined; did you mean `sqrt`?

> 1()
! TYPE no method *(Int64, Tuple)

> nothing

> x = nothing

> apply(f, x) = f(x); apply(sin, 0.0)
0.0

> k = 5; g2() = (k; k + 1); g2()
6

> count = 3; count + 1
4

> while false end

> r = []; for i in 1:3 push!(r, i^2) end; r
3-element Array{Any,1}:
 1
 4
 9

> isdefined(:r), isdefined(:nope)
(true,false)

> function outer(x)
>   inner(y) = x * y
>   inner(10)
> end;
> outer(3)
30

> cnt = 0; inc() = (global cnt; cnt += 1); inc(); inc(); cnt
2

> return_value = (() -> 5)()
5

> ifelse(1 > 2, "a", "b")
"b"

> [x > 1 ? x : 0 for x in 1:3]
3-element Array{Int64,1}:
 0
 2
 3

> error("something is wrong: ", 5)
! EVAL something is wrong: 5

> identity(3)
3

> local_test = 1; for i in 1:2 local_test = i end; local_test
2

> for (i, (a, b)) in enumerate([(1,2),(3,4)]) global t = a + b + i end; t
9

> [a + b + i for (i, (a, b)) in enumerate([(1,2),(3,4)])]
2-element Array{Int64,1}:
 4
 9

> for (i, 2) in [(1,2)] end
! SYNTAX for takes a name, or names in parentheses

> function f(x)::Int; x; end
! SYNTAX return types are not part of the language

> @assert 1 == 2 "they differ"
! EVAL AssertionError: they differ
