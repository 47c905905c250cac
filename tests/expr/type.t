# Types as values, conversion, isa, annotations.

> Int, Float64, Bool, String, Char, Symbol
(Int64,Float64,Bool,String,Char,Symbol)

> typeof(Int)
DataType

> typeof(1) == Int
true

> Array{Float64,1}
Array{Float64,1}

> Vector{Float64}
Array{Float64,1}

> typeof([1]) == Array{Int64,1}
true

> typeof([1 2]) == Matrix{Int64}
true

> 1 isa Int, 1 isa Float64, 1 isa Number, 1.5 isa Real, "a" isa String
(true,false,true,true,true)

> isa(1, Integer), isa(1.0, AbstractFloat), isa([1], Array), isa([1], Vector), isa(1:2, Range)
(true,true,true,true,true)

> convert(Float64, 1), convert(Int64, 2.0), convert(Float32, 0.1)
(1.0,2,0.1f0)

> convert(Int64, 1.5)
! OVERFLOW InexactError: 1.5 does not fit in Int64 exactly

> Int(3.0), Float64(3), Bool(1), Int("a")
! TYPE cannot convert a value of type String to Int64

> Bool(2)
! OVERFLOW InexactError: 2 does not fit in Bool exactly

> Float64("1.5")
! TYPE cannot convert a value of type String to Float64

> Int32(5) + Int32(6) |> typeof
Int32

> Int32(5) + 1 |> typeof
Int64

> Int8(5) * Int8(5)
25

> UInt8(200) + UInt8(100)
0x2c

> Float32(1) / 3 |> typeof
Float32

> 1 + true |> typeof
Int64

> round(Int, 2.5), floor(Int, 2.7), ceil(Int, 2.1), trunc(Int, -2.7)
(2,2,3,-2)

> x = 5; x::Int
5

> (1.5)::Int
! TYPE TypeError: expected Int64, got a value of type Float64

> f2(x::Int64) = x; f2(1)
1

> f2(1.5)
! TYPE TypeError: expected Int64, got a value of type Float64

> f3(x::Real, y::Int=2) = x + y; f3(1.5), f3(1, 3)
(3.5,4)

> f3(1, "a")
! TYPE TypeError: expected Int64, got a value of type String

> g(x::Float64; k::Int=1) = x * k; g(2.0, k=3)
6.0

> zero(1.5), one(2), zero(Int), one(Float64)
(0.0,1,0,1.0)

> typemax(Int), typemin(Int), typemax(Int8), typemin(UInt8)
(9223372036854775807,-9223372036854775808,127,0x00)

> eps(), eps(Float32)
(2.220446049250313e-16,1.1920929f-7)

> eltype([1,2]), eltype([1.0]), eltype(["a"]), eltype(Any[1])
(Int64,Float64,String,Any)

> zeros(Int, 2), ones(Float32, 2)
([0,0],Float32[1.0,1.0])

> Array(Float64, 2, 3) |> size
(2,3)

> Array{Int64}(2,2) |> size
(2,2)

> Dict{Symbol,Any}()
Dict{Symbol,Any} with 0 entries

> Dict{Int,Any}(1=>2)
Dict{Int64,Any} with 1 entry:
  1 => 2

> map(Float32, [1,2])
2-element Array{Float32,1}:
 1.0
 2.0

> Float32[1.5, 2]
2-element Array{Float32,1}:
 1.5
 2.0

> Int8[1,2] + Int8[3,4]
2-element Array{Int8,1}:
 4
 6

> [Int8(1), 2]
2-element Array{Int64,1}:
 1
 2

> [1, 2.5f0]
2-element Array{Float32,1}:
 1.0
 2.5

> typeof(1f0 * 2), typeof(1f0 * 2.0), typeof(2^2), typeof(2.0^2), typeof(2^2.0)
(Float32,Float64,Int64,Float64,Float64)

> typeof(1/2), typeof(4/2), typeof(div(4,2)), typeof(sqrt(4)), typeof(abs(-1))
(Float64,Float64,Int64,Float64,Int64)

> typeof(nothing), typeof(:a), typeof((1,2.0)), typeof(Dict(1=>2))
(Void,Symbol,Tuple{Int64,Float64},Dict{Int64,Int64})

> parse(Int, "42"), parse(Float64, "2.5"), parse(Int, "ff", 16)
(42,2.5,255)

> parse(Int, "4x")
! ARG ArgumentError: "4x" is not the text of a number of type Int64

> string(Int), string([1.5,2])
("Int64","[1.5,2.0]")

> bits(1) |> length
64

> Complex64(1,2) |> typeof
Complex{Float32}

> complex(1,2)
1 + 2im

> real(2.5), imag(2.5)
(2.5,0.0)

> isinteger(2.0), isreal(1)
(true,true)

> float(3), float([1,2])
(3.0,[1.0,2.0])

> signed(0x05), unsigned(5)
(5,0x0000000000000005)
