# Scalar arithmetic: types, precedence, overflow, division by zero, powers.

> 1 + 2

> 1 + 2.5

> 2k
! NAME k

> k = 3; 2k + 1

> 2k^2

> -2^2

> 2^-1

> 2.0^-1

> 2^10

> 10 / 4

> 6 / 3

> 7 ÷ 2

> -7 ÷ 2

> div(-7, 2), fld(-7, 2), cld(-7, 2)

> 7 % 3, -7 % 3, 7 % -3

> mod(7, 3), mod(-7, 3), mod(7, -3)

> rem(-7, 3)

> 1 ÷ 0

> 1 % 0

> mod(1, 0)

> 1 / 0

> -1 / 0

> 0 / 0

> 5.5 % 2

> mod(-5.5, 2)

> 9223372036854775807 + 1

> -9223372036854775808 - 1

> 9223372036854775807 * 2

> -9223372036854775808

> 9223372036854775808

> abs(-9223372036854775808)

> 3037000500^2

> typeof(1), typeof(1.0), typeof(1f0), typeof(true), typeof(0x01), typeof('a'), typeof("a"), typeof(:a)

> true + true

> true * 2.5

> !true

> 1f0 + 1

> 1f0 + 1.0

> 1f0 / 3

> 0.1 + 0.2

> 1e-3

> 1e10

> 1e100

> 123456789.0

> 0.00001

> 1.0

> -0.0

> 0.0 == -0.0

> isequal(0.0, -0.0)

> NaN == NaN

> isequal(NaN, NaN)

> NaN < 1, NaN > 1, NaN != NaN

> Inf - Inf

> 1 / -0.0

> 0xff

> 0xff + 0x01

> 0x0001

> Int8(100) + Int8(100)

> Int8(100) + 100

> Int8(300)

> UInt8(255) + 1

> Int64(2.0)

> Int64(2.5)

> Float32(pi)

> 5 & 3, 5 | 3, ~5

> 1 << 10, 1024 >> 3, -8 >> 1, -8 >>> 60

> 1 << 64

> 1 < 2 < 3

> 1 < 3 < 2

> 1 == 1.0

> 1 === 1.0

> 1 == true

> 1 != 2

> 2 >= 2 > 1

> 1 <= 2 && 3 < 2 || true

> x = 5; x += 2; x *= 3; x -= 1; x /= 4

> x ^= 2

> pi

> e

> 2pi

> pi^2

> sqrt(2)

> sqrt(-1)

> log(-1)

> cbrt(27), exp(0), log(1), log2(8), log10(1000)

> abs(-3), abs(-3.5), sign(-2), sign(0.0)

> min(1, 2.5), max(1, 2)

> round(2.5), round(3.5), round(-2.5), floor(-1.5), ceil(1.2), trunc(-1.7)

> round(Int, 2.7)

> floor(Int, -2.5)

> gcd(12, 18), lcm(4, 6)

> factorial(5)

> iseven(4), isodd(4)

> hypot(3, 4)

> 2^63

> 2.0^63

> 10^18

> 10^19

> 2^0.5

> (-8)^(1/3)

> 0^0

> 0.0^0

> 1e308 * 10

> 5e-324

> 1 - 1e-17

> 3 |> sqrt

> 1 + 2im

> (1 + 2im) * (3 - im)

> (1 + 2im) / (3 - im)

> abs(3 + 4im), real(3 + 4im), imag(3 + 4im), conj(3 + 4im)

> im^2

> sqrt(-1 + 0im)

> exp(im * pi)

> 1.5im

> isnan(NaN), isinf(Inf), isfinite(1.0)

> ifelse(true, 1, 2)

> sin(1)
% sin(1)

> cos(1) + tan(0.5)
% cos(1) + tan(0.5)

> atan2(1, 2)
% atan2(1, 2)

> sinh(0.3) * cosh(0.3)
% sinh(0.3) * cosh(0.3)

> asin(0.5) + acos(0.5) + atan(0.5)
% asin(0.5) + acos(0.5) + atan(0.5)

> gamma(4.5)
% gamma(4.5)

> expm1(1e-10), log1p(1e-10)

> erf(0.5)
% erf(0.5)
