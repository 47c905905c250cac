# Errors: their kind, their words.

> squrt(2)
! NAME `squrt` is not defined; did you mean `sqrt`?

> undefined_variable + 1
! NAME `undefined_variable` is not defined

> [1,2,3][5]
! BOUNDS BoundsError: index 5 is out of range for a 3-element array

> [1 2; 3 4][3,1]
! BOUNDS BoundsError: index 3 in dimension 1 is out of range for a 2x2 array

> [1,2] + [1,2,3]
! SHAPE DimensionMismatch: + of a 2-element array and a 3-element array

> "a" + 1
! TYPE no method +(String, Int64)

> 1 + 
! INCOMPLETE the text ends where a value is expected

> 1 + )
! SYNTAX expected a value, found )

> f(1,
! INCOMPLETE the text ends where a value is expected

> sqrt("a")
! TYPE no method sqrt(String)

> Int64("x")
! TYPE cannot convert a value of type String to Int64

> sqrt(1, 2)
! ARG `sqrt` takes 1 argument, 2 given

> zeros(-1)
! ARG zeros wants a size of at least 0, not -1

> zeros(10^12)
! LIMIT the evaluation holds 112 bytes and wants 8000000000000 more; FURROW_MAX_MEMORY allows 268435456

> zeros(10^10, 10^10)
! OVERFLOW the product of an array's dimensions does not fit in 64 bits

> "a"^(10^9)
! LIMIT the evaluation holds 0 bytes and wants 1000000000 more; FURROW_MAX_MEMORY allows 268435456

> rand(10^5, 10^5)
! LIMIT the evaluation holds 112 bytes and wants 80000000000 more; FURROW_MAX_MEMORY allows 268435456

> while true end
! LIMIT the evaluation took more than 100000000 steps

> f(x) = f(x + 1); f(1)
! LIMIT calls are nested more than 200 deep

> [1,2,3] * [1,2,3]
! SHAPE DimensionMismatch: * of a 3-element array and a 3-element array

> if "a" 1 end
! TYPE a Bool is wanted as a condition, not a String

> !1
! TYPE no method !(Int64)

> 1 ÷ 0
! ARG DivideError: integer division by zero (or of the smallest number by -1)

> convert(Int64, 1.5)
! OVERFLOW InexactError: 1.5 does not fit in Int64 exactly

> Dict(:a => 1)[:b]
! NAME KeyError: the dictionary has no key :b

> (1,2)[3]
! BOUNDS BoundsError: index 3 is out of range for a 2-element tuple

> 2 k
! SYNTAX a coefficient stands right before its name: write 2k or 2 * k

> x = = 1
! SYNTAX expected a value, found =

> error("my message")
! EVAL my message

> 5(3)
15

> "abc"[10]
! BOUNDS BoundsError: index 10 is out of range for a string of 3 bytes

> ismatch(r"(", "a")
! ARG r"(" is not a regular expression: missing closing parenthesis at offset 1

> ismatch(r"(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")
! LIMIT the regular expression went back and forth more than 10000000 times (match limit)

> reshape([1,2,3], 2, 2)
! SHAPE DimensionMismatch: 3 elements cannot become a 2x2 array

> hcat([1,2], [1,2,3])
! SHAPE DimensionMismatch: concatenation of a 2-element array and a 3-element array

> parse(Int, "abc")
! ARG ArgumentError: "abc" is not the text of a number of type Int64

> a.b
! NAME `b` is not defined

> Main.nope
! NAME `nope` is not defined; did you mean `norm`?

> push!(1, 2)
! TYPE no method push!(Int64, Int64)

> for x in 5 end

> for x in nothing end
! TYPE a Void cannot be iterated over

> map(5, [1])
! TYPE a value of type Int64 cannot be called

> sum(:a)
! TYPE a Symbol cannot be iterated over

> [1,2,3](1)
! TYPE a value of type Array cannot be called

> keys(1)
! TYPE no method keys(Int64)

> 1:"a"
! TYPE no method colon(Int64, String)

> pi = 3
3

> true = 1
! SYNTAX a literal cannot be assigned to; == compares

> sin()
! ARG `sin` takes 1 argument, 0 given

> length()
! ARG `length` takes 1 argument, 0 given

> @nope 1
! NAME the macro @nope is not known

> x[1] = 2
! NAME `x` is not defined

> $1
! ARG the program takes 1 argument, 0 given

> 10^19 isa Int64
true

> fill(0, 10^11)
! LIMIT the evaluation holds 112 bytes and wants 800000000000 more; FURROW_MAX_MEMORY allows 268435456

> collect(1:10^12)
! LIMIT the evaluation took more than 100000000 steps

> repmat([1], 10^11)
! LIMIT the evaluation holds 336 bytes and wants 800000000000 more; FURROW_MAX_MEMORY allows 268435456

> factorial(25)
! OVERFLOW OverflowError: the factorial of 25 does not fit in 64 bits, 20 is the last (gamma(n + 1) gives a Float64)

> factorial(-1)
! ARG DomainError: factorial of -1, expected a number >= 0

> log()
! ARG `log` takes at least 1 argument, 0 given

> Int8(200)
! OVERFLOW InexactError: 200 does not fit in Int8 exactly

> UInt8(-1)
! OVERFLOW InexactError: -1 does not fit in UInt8 exactly

> &(x) = begin 1 end
! SYNTAX operators cannot be defined anew

> +(x, y) = 3
! SYNTAX operators cannot be defined anew

> f(; kws...) = 1
! SYNTAX keyword arguments are not collected or spread by ...
