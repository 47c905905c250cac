# Scalar arithmetic: types, precedence, overflow, division by zero, powers.

> 1 + 2
3

> 1 + 2.5
3.5

> 2k
! NAME `k` is not defined

> k = 3; 2k + 1
7

> 2k^2
18

> -2^2
-4

> 2^-1
! ARG DomainError: 2^(-1) is no integer, expected an exponent of at least 0 or a base such as 2.0

> 2.0^-1
0.5

> 2^10
1024

> 10 / 4
2.5

> 6 / 3
2.0

> 7 ÷ 2
3

> -7 ÷ 2
-3

> div(-7, 2), fld(-7, 2), cld(-7, 2)
(-3,-4,-3)

> 7 % 3, -7 % 3, 7 % -3
(1,-1,1)

> mod(7, 3), mod(-7, 3), mod(7, -3)
(1,2,-2)

> rem(-7, 3)
-1

> 1 ÷ 0
! ARG DivideError: integer division by zero (or of the smallest number by -1)

> 1 % 0
! ARG DivideError: integer division by zero (or of the smallest number by -1)

> mod(1, 0)
! ARG DivideError: integer division by zero (or of the smallest number by -1)

> 1 / 0
Inf

> -1 / 0
-Inf

> 0 / 0
NaN

> 5.5 % 2
1.5

> mod(-5.5, 2)
0.5

> 9223372036854775807 + 1
-9223372036854775808

> -9223372036854775808 - 1
9223372036854775807

> 9223372036854775807 * 2
-2

> -9223372036854775808
-9223372036854775808

> 9223372036854775808
! SYNTAX the integer 9223372036854775808 does not fit in Int64; write 9223372036854775808.0 for a Float64

> abs(-9223372036854775808)
-9223372036854775808

> 3037000500^2
-9223372036709301616

> typeof(1), typeof(1.0), typeof(1f0), typeof(true), typeof(0x01), typeof('a'), typeof("a"), typeof(:a)
(Int64,Float64,Float32,Bool,UInt8,Char,String,Symbol)

> true + true
2

> true * 2.5
2.5

> !true
false

> 1f0 + 1
2.0f0

> 1f0 + 1.0
2.0

> 1f0 / 3
0.33333334f0

> 0.1 + 0.2
0.30000000000000004

> 1e-3
0.001

> 1e10
1.0e10

> 1e100
1.0e100

> 123456789.0
1.23456789e8

> 0.00001
1.0e-5

> 1.0
1.0

> -0.0
-0.0

> 0.0 == -0.0
true

> isequal(0.0, -0.0)
false

> NaN == NaN
false

> isequal(NaN, NaN)
true

> NaN < 1, NaN > 1, NaN != NaN
(false,false,true)

> Inf - Inf
NaN

> 1 / -0.0
-Inf

> 0xff
0xff

> 0xff + 0x01
0x00

> 0x0001
0x0001

> Int8(100) + Int8(100)
-56

> Int8(100) + 100
200

> Int8(300)
! OVERFLOW InexactError: 300 does not fit in Int8 exactly

> UInt8(255) + 1
256

> Int64(2.0)
2

> Int64(2.5)
! OVERFLOW InexactError: 2.5 does not fit in Int64 exactly

> Float32(pi)
3.1415927f0

> 5 & 3, 5 | 3, ~5
(1,7,-6)

> 1 << 10, 1024 >> 3, -8 >> 1, -8 >>> 60
(1024,128,-4,15)

> 1 << 64
0

> 1 < 2 < 3
true

> 1 < 3 < 2
false

> 1 == 1.0
true

> 1 === 1.0
false

> 1 == true
true

> 1 != 2
true

> 2 >= 2 > 1
true

> 1 <= 2 && 3 < 2 || true
true

> x = 5; x += 2; x *= 3; x -= 1; x /= 4
5.0

> x ^= 2
25.0

> pi
3.141592653589793

> e
2.718281828459045

> 2pi
6.283185307179586

> pi^2
9.869604401089358

> sqrt(2)
1.4142135623730951

> sqrt(-1)
! ARG DomainError: sqrt of -1, expected a number >= 0 or a complex one

> log(-1)
! ARG DomainError: log of -1, expected a number >= 0 or a complex one

> cbrt(27), exp(0), log(1), log2(8), log10(1000)
(3.0,1.0,0.0,3.0,3.0)

> abs(-3), abs(-3.5), sign(-2), sign(0.0)
(3,3.5,-1,0.0)

> min(1, 2.5), max(1, 2)
(1.0,2)

> round(2.5), round(3.5), round(-2.5), floor(-1.5), ceil(1.2), trunc(-1.7)
(2.0,4.0,-2.0,-2.0,2.0,-1.0)

> round(Int, 2.7)
3

> floor(Int, -2.5)
-3

> gcd(12, 18), lcm(4, 6)
(6,12)

> factorial(5)
120

> iseven(4), isodd(4)
(true,false)

> hypot(3, 4)
5.0

> 2^63
-9223372036854775808

> 2.0^63
9.223372036854776e18

> 10^18
1000000000000000000

> 10^19
-8446744073709551616

> 2^0.5
1.4142135623730951

> (-8)^(1/3)
! ARG DomainError: (-8)^0.333333 is not real, expected a base of at least 0 or a complex one

> 0^0
1

> 0.0^0
1.0

> 1e308 * 10
Inf

> 5e-324
5.0e-324

> 1 - 1e-17
1.0

> 3 |> sqrt
1.7320508075688772

> (1 + 2im) * (3 - im)
5 + 5im

> (1 + 2im) / (3 - im)
0.1 + 0.7000000000000001im

> abs(3 + 4im), real(3 + 4im), imag(3 + 4im), conj(3 + 4im)
(5.0,3,4,3 - 4im)

> im^2
-1 + 0im

> sqrt(-1 + 0im)
0.0 + 1.0im

> exp(im * pi)
-1.0 + 1.2246467991473532e-16im

> 1.5im
0.0 + 1.5im

> isnan(NaN), isinf(Inf), isfinite(1.0)
(true,true,true)

> ifelse(true, 1, 2)
1

> sin(1)
% sin(1)
= 1x1: 0.8414709848078965
0.8414709848078965

> cos(1) + tan(0.5)
% cos(1) + tan(0.5)
= 1x1: 1.0866047957119302
1.0866047957119302

> atan2(1, 2)
% atan2(1, 2)
= 1x1: 0.46364760900080609
0.4636476090008061

> sinh(0.3) * cosh(0.3)
% sinh(0.3) * cosh(0.3)
= 1x1: 0.3183267910741206
0.3183267910741206

> asin(0.5) + acos(0.5) + atan(0.5)
% asin(0.5) + acos(0.5) + atan(0.5)
= 1x1: 2.0344439357957027
2.0344439357957027

> gamma(4.5)
% gamma(4.5)
= 1x1: 11.63172839656745
11.63172839656745

> expm1(1e-10), log1p(1e-10)
(1.00000000005e-10,9.999999999500001e-11)

> erf(0.5)
% erf(0.5)
= 1x1: 0.52049987781304652
0.5204998778130465

> 1.0 ≈ 1.0+1e-12, 3 ⊻ 5, [1,2] ⋅ [3,4]
(true,6,11)

> :(a ≈ b), :(a ⊻ b ⋅ c)
(:(a ≈ b),:(a ⊻ b ⋅ c))

# false times anything is zero, so that masks hide NaN and Inf.
> false * NaN, false * Inf, -Inf * false, true * NaN, NaN * true, false * -2.0, false * Float32(Inf), 0 * NaN
(0.0,0.0,-0.0,NaN,NaN,-0.0,0.0f0,NaN)

> x = [NaN, -Inf, 2.0]; ((x .> 0) .* x, x .* (x .> 0), false .* x, [true,false,true] .* Float32[1,Inf,NaN], sum((x .> 0) .* x))
([0.0,-0.0,2.0],[0.0,-0.0,2.0],[0.0,-0.0,0.0],Float32[1.0,0.0,NaN],2.0)
