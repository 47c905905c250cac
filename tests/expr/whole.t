# Whole numbers, bits, matches with names, exceptions by name, types below types.

> Dict(1=>nothing)
Dict{Int64,Void} with 1 entry:
  1 => nothing

> m = match(r"(?<y>\d+)-(?<m>\d+)", "2016-10"); m[:y]
"2016"

> m = match(r"(?<y>\d+)-(?<m>\d+)", "2016-10"); m
Dict{Symbol,Any} with 5 entries:
  :match    => "2016-10"
  :captures => String["2016","10"]
  :offset   => 1
  :m        => "10"
  :y        => "2016"

> m = match(r"(\d+)-(\d+)", "2016-10"); m[2]
"10"

> [m.match for m in eachmatch(r"\d+", "a12b3")]
2-element Array{String,1}:
 "12"
 "3"

> isprime(7), isprime(2^31-1), isprime(1), isprime(9223372036854775783)
(true,true,false,true)

> primes(20)
8-element Array{Int64,1}:
  2
  3
  5
  7
 11
 13
 17
 19

> factor(360)
Dict{Int64,Int64} with 3 entries:
  2 => 3
  3 => 2
  5 => 1

> searchindex("hello", "lo")
4

> rsearch("hello", "l")
4:4

> rsearch("hello", "z")
0:-1

> Int <: Integer
true

> Float64 <: Integer
false

> Int64 <: Number
true

> Vector{Int} <: Array
true

> Integer <: Real
true

> throw(ArgumentError("bad"))
! EVAL ArgumentError: bad

> throw(ErrorException("bad"))
! EVAL bad

> (1=>2).first
1

> ispow2(8), nextpow2(5), prevpow2(5), leading_zeros(1), trailing_zeros(8), leading_zeros(UInt8(1))
(true,8,4,63,3,7)

> nextfloat(1.0), prevfloat(1.0), reinterpret(Int64, 1.0), sinpi(0.5), cospi(1)
(1.0000000000000002,0.9999999999999999,4607182418800017408,1.0,-1.0)

> findin([1,2,3],[2]), countnz([1,0,2])
([2],2)

> foo(x::Float64)::Float64 = x
! SYNTAX a function's result has no type here: f(x) = convert(T, ...)

> primes(10, 20)
4-element Array{Int64,1}:
 11
 13
 17
 19

> primes(1)
0-element Array{Int64,1}

> isprime(-7)
! ARG DomainError: isprime of -7, expected a number >= 0

> isprime(0.5)
! TYPE no method isprime(Float64)

> factor(0)
! ARG DomainError: factor of 0, expected a number > 0

> factor(97)
Dict{Int64,Int64} with 1 entry:
  97 => 1

> nextpow2(0), prevpow2(0), nextpow2(-5), ispow2(0), ispow2(-8)
(1,0,-8,false,false)

> reinterpret(Float64, 4607182418800017408), reinterpret(UInt32, 1.0f0)
(1.0,0x3f800000)

> reinterpret(Int32, 1.0)
! ARG reinterpret wants types of the same size, not Float64 and Int32

> nextfloat(Inf), prevfloat(0.0f0)
(Inf,-1.0f-45)

> sinpi(1), cospi(0.5), sinpi([0.5, 1.5])
(0.0,0.0,[1.0,-1.0])

> match(r"(?<a>x)?(y)", "y")[:a]

> match(r"(a)", "a")[2]
! BOUNDS BoundsError: index 2 is out of range for a 1-element array

> collect(eachmatch(r"z", "abc"))
0-element Array{Any,1}

> rsearch("ab ab", "ab"), searchindex("ab", 'b'), searchindex("ab", "z")
(4:5,2,0)

> (1=>"b").second
"b"

> throw(BoundsError())
! EVAL BoundsError

> throw(KeyError(:k))
! EVAL KeyError: k

> sleep(-1)
! TYPE no method sleep(Int64)

> sleep(0)

> 1 <: 2
! TYPE no method <:(Int64, Int64)

> Float32 <: AbstractFloat, Signed <: Integer, Real <: Integer, UnitRange <: AbstractArray, Complex64 <: Number
(true,true,false,true,true)

