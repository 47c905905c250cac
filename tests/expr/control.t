# Control flow, functions, scope.

> if true 1 else 2 end

> if false 1 end

> if 1 < 0
>   "a"
> elseif 1 == 1
>   "b"
> else
>   "c"
> end

> if 1 2 end

> true ? 1 : 2

> false ? 1 : true ? 2 : 3

> s = 0; for i in 1:10 s += i end; s

> s = 0
> for i = 1:3, j = 1:3
>   if j > i
>     continue
>   end
>   s += i * j
> end
> s

> i = 0
> while true
>   i += 1
>   if i == 5 break end
> end
> i

> f(x) = x^2 + 1; f(3)

> f(2.5)

> function g(a, b=2; c=3)
>   a + 10b + 100c
> end;
> g(1), g(1, 1), g(1, c=0), g(1, 1, c=1), g(1; c=2)

> g()

> g(1, 2, 3)

> g(1, d=4)

> h = x -> 2x; h(4)

> (x -> x + 1)(2)

> (x, y) -> x + y

> ((x, y) -> x + y)(1, 2)

> fact(n) = n <= 1 ? 1 : n * fact(n - 1); fact(10)

> fib(n) = n < 2 ? n : fib(n-1) + fib(n-2); fib(15)

> a, b = 1, 2; a, b = b, a; (a, b)

> (p, q) = [5, 6]; p * q

> x, y = 1:2; x + y

> a, b = 1

> function early(x)
>   if x > 0
>     return "positive"
>   end
>   "not"
> end;
> early(1), early(-1)

> function noret() end; noret()

> adder(n) = x -> x + n; adder(3)(4)

> vs(xs...) = length(xs); vs(1,2,3), vs()

> args = [1,2,3]; +(args...)

> max([1,5,3]...)

> begin
>   t = 3
>   t + 1
> end

> (u = 2; u * 3)

> 1 < 2 && "yes"

> false && undefined_thing

> true || undefined_thing

> x = 10; function setx() x = 5; x end; setx(), x

> function readx() x + 1 end; readx()

> function glob() global x = 77 end; glob(); x

> let_ = 3; let_

> for (k, v) in Dict(:a => 1) println(k) end

> n = 0; for (k, v) in Dict(:a => 1, :b => 2) n += v end; n

> c = 0; for x in [1 2; 3 4] c += x end; c

> for x in "ab" end

> z = 0; for (i, x) in enumerate([10,20]) z += i*x end; z

> w = 0; for (a, b) in zip(1:2, 3:4) w += a*b end; w

> map([1,2,3]) do x
>   x * 10
> end

> f2(x::Int64) = x; f2(1)

> f2(1.5)

> f(1,2)

> squrt(2)

> 1()

> nothing

> x = nothing

> apply(f, x) = f(x); apply(sin, 0.0)

> k = 5; g2() = (k; k + 1); g2()

> count = 3; count + 1

> while false end

> r = []; for i in 1:3 push!(r, i^2) end; r

> isdefined(:r), isdefined(:nope)

> function outer(x)
>   inner(y) = x * y
>   inner(10)
> end;
> outer(3)

> cnt = 0; inc() = (global cnt; cnt += 1); inc(); inc(); cnt

> return_value = (() -> 5)()

> ifelse(1 > 2, "a", "b")

> [x > 1 ? x : 0 for x in 1:3]

> error("something is wrong: ", 5)

> throw("x")

> @elapsed(1) >= 0

> identity(3)

> local_test = 1; for i in 1:2 local_test = i end; local_test

> typeof(f), typeof(x -> x)

> f
