# Errors: their kind, their words.

> squrt(2)

> undefined_variable + 1

> [1,2,3][5]

> [1 2; 3 4][3,1]

> [1,2] + [1,2,3]

> "a" + 1

> 1 + 

> 1 + )

> f(1,

> sqrt("a")

> Int64("x")

> sqrt(1, 2)

> zeros(-1)

> zeros(10^12)

> zeros(10^10, 10^10)

> "a"^(10^9)

> rand(10^5, 10^5)

> while true end

> f(x) = f(x + 1); f(1)

> [1,2,3] * [1,2,3]

> if "a" 1 end

> !1

> 1 ÷ 0

> convert(Int64, 1.5)

> Dict(:a => 1)[:b]

> (1,2)[3]

> 2 k

> x = = 1

> error("my message")

> 5(3)

> "abc"[10]

> ismatch(r"(", "a")

> ismatch(r"(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")

> reshape([1,2,3], 2, 2)

> hcat([1,2], [1,2,3])

> parse(Int, "abc")

> a.b

> Main.nope

> push!(1, 2)

> for x in 5 end

> for x in nothing end

> map(5, [1])

> sum(:a)

> [1,2,3](1)

> keys(1)

> 1:"a"

> pi = 3

> true = 1

> sin()

> length()

> @nope 1

> x[1] = 2

> $1

> 10^19 isa Int64

> fill(0, 10^11)

> collect(1:10^12)

> repmat([1], 10^11)

> factorial(25)

> factorial(-1)

> log()

> Int8(200)

> UInt8(-1)
