# Complex numbers of integers, as in Julia: they stay whole until something makes them floats.

> 1+2im
1 + 2im

> im
0 + 1im

> typeof(1+2im), typeof(im), typeof(1.0im), typeof((1+2im)/2)
(Complex{Int64},Complex{Int64},Complex{Float64},Complex{Float64})

> (1+2im)*(3-1im)
5 + 5im

> (1+2im)/(3-1im)
0.1 + 0.7000000000000001im

> (1+2im)^2, (1+2im)^-1, (1+2im)^0, im^2
(-3 + 4im,0.2 - 0.4im,1 + 0im,-1 + 0im)

> (1+2im)^0.5
1.272019649514069 + 0.7861513777574233im

> 2.0*(1+2im), (1+2im)+0.5, Float32(2)*(1+2im)
(2.0 + 4.0im,1.5 + 2.0im,2.0f0 + 4.0f0im)

> abs(3+4im), abs2(3+4im), real(3+4im), imag(3+4im), conj(3+4im), -(3+4im)
(5.0,25,3,4,3 - 4im,-3 - 4im)

> 3+0im == 3, 3+0im == 3.0, 1+2im == 1.0+2.0im, 1+2im != 1-2im
(true,true,true,true)

> isequal(1+2im, 1.0+2.0im), hash(1+2im) == hash(1.0+2.0im), hash(3+0im) == hash(3)
(true,true,true)

> Dict(1+2im => "a")[1.0+2.0im]
"a"

> [1+2im, 3im]
2-element Array{Complex{Int64},1}:
 1+2im
 0+3im

> [1+2im 3; 4.5im 2]
2x2 Array{Complex{Float64},2}:
 1.0+2.0im  3.0+0.0im
 0.0+4.5im  2.0+0.0im

> [1+2im 3; 4im 2]
2x2 Array{Complex{Int64},2}:
 1+2im  3+0im
 0+4im  2+0im

> [1+2im, 3im]'
1x2 Array{Complex{Int64},2}:
 1-2im  0-3im

> [1+2im, 3im] .* [2, im]
2-element Array{Complex{Int64},1}:
  2+4im
 -3+0im

> [1+2im 3; 4im 2] * [1, im]
2-element Array{Complex{Int64},1}:
 1+5im
 0+6im

> [1+2im 3; 4im 2]^2
2x2 Array{Complex{Int64},2}:
 -3+16im  9+6im
 -8+12im  4+12im

> sum([1+2im, 3im]), prod([1+2im, 3im]), mean([1+2im, 3im])
(1 + 5im,-6 + 3im,0.5 + 2.5im)

> cumsum([1+2im, 3im])
2-element Array{Complex{Int64},1}:
 1+2im
 1+5im

> det([1+2im 3; 4im 2])
2.0 - 8.0im

> inv([1 im; 0 1])
2x2 Array{Complex{Float64},2}:
 1.0+0.0im  0.0-1.0im
 0.0+0.0im  1.0+0.0im

> dot([1+2im, 3im], [1, im])
4 - 2im

> convert(Complex{Int}, 3), Complex{Int}(2.0), complex(1,2), complex(1,2.5), complex(3), Complex(1,2)
(3 + 0im,2 + 0im,1 + 2im,1.0 + 2.5im,3 + 0im,1 + 2im)

> convert(Int, 3+0im), convert(Float64, 3+0im)
(3,3.0)

> Int(3+1im)
! OVERFLOW InexactError: 3 + 1im does not fit in Int64 exactly

> convert(Complex{Int}, 1.5)
! OVERFLOW InexactError: 1.5 does not fit in Complex{Int64} exactly

> zeros(Complex{Int}, 2), ones(Complex{Int64},1)
(Complex{Int64}[0+0im,0+0im],Complex{Int64}[1+0im])

> sqrt(-1+0im), exp(im*pi), sin(1+0im)
(0.0 + 1.0im,-1.0 + 1.2246467991473532e-16im,0.8414709848078965 + 0.0im)

> float(1+2im), float([1+2im])
(1.0 + 2.0im,Complex{Float64}[1.0+2.0im])

> (1+2im).re, (1+2im).im
(1,2)

> string(1-2im), "$(3im)"
("1 - 2im","0 + 3im")

> isa(1+2im, Complex), isa(im, Number), isa(im, Real)
(true,true,false)

> typemax(Int)*im + im*typemax(Int)
0 - 2im

> 9223372036854775807im + im
0 - 9223372036854775808im

> 1+2im < 2
! TYPE no method <(Complex{Int64}, Int64)

> angle(1+1im), isreal(1+0im), isreal(im), iszero(0im)
(0.7853981633974483,true,false,true)

> real([1+2im, 3]), imag([1+2im, 3]), abs([3+4im])
([1,3],[2,0],[5.0])

> complex([1,2],[3,4])
2-element Array{Complex{Int64},1}:
 1+3im
 2+4im

> norm([3im, 4])
5.0

> var([1+2im, 3im])
1.0

> [k*im for k in 1:3]
3-element Array{Complex{Int64},1}:
 0+1im
 0+2im
 0+3im

> map(x -> x*im, [1,2])
2-element Array{Complex{Int64},1}:
 0+1im
 0+2im

> x = [1+2im]; x[1] = 3; x
1-element Array{Complex{Int64},1}:
 3+0im

> x = [1+2im]; x[1] = 0.5
! OVERFLOW InexactError: 0.5 does not fit in Complex{Int64} exactly

> x = [1.0+2im]; x[1] = 3im; x
1-element Array{Complex{Float64},1}:
 0.0+3.0im

> eltype([1+2im]), typeof([1+2im, 2.0])
(Complex{Int64},Array{Complex{Float64},1})

> push!([1+2im], 4)
2-element Array{Complex{Int64},1}:
 1+2im
 4+0im

> z = 2im; z += 1; z
1 + 2im

> (2+3im) % 2
! TYPE no method %(Complex{Int64}, Int64)

> div(2+3im, 2)
! TYPE no method div(Complex{Int64}, Int64)

> round(1.4+2im)
1.0 + 2.0im

> x = rand(3); y = x .* im; typeof(y)
Array{Complex{Float64},1}

> sum([1,2,3] .* im)
0 + 6im

> 1 - 2im
1 - 2im

> -im
0 - 1im

> 2im'
0 - 2im

> sort([im])
1-element Array{Complex{Int64},1}:
 0+1im

> unique([1+0im, 1, 1.0])
1-element Array{Complex{Float64},1}:
 1.0+0.0im

> true + im, true*im
(1 + 1im,0 + 1im)

> UInt8(3)*im
0 + 3im

> (1+2im)^typemin(Int)
0.0 + 0.0im

> [1+2im] .^ -1
! ARG DomainError: a complex integer to the power -1, expected at least 0; complex(float(real(z)), imag(z)) makes a floating-point one

> [1+2im, 2] .^ 3
2-element Array{Complex{Int64},1}:
 -11-2im
   8+0im

> 2^(1+im)
1.5384778027279442 + 1.2779225526272695im

> (1+2im) == (1+2im)', 1im == 1im'.'
(false,false)

> [1+2im] == [1.0+2.0im], [1+2im] == [1+2im]
(true,true)

> typeof([1im, 2f0]), typeof([1im, 0x01]), typeof([im, true])
(Array{Complex{Float32},1},Array{Complex{Int64},1},Array{Complex{Int64},1})

> 9007199254740993 + 0im == 9007199254740993, 9007199254740993 + im == 9007199254740992 + im
(true,false)

> [x + y*im for x in 1:2, y in 1:2]
2x2 Array{Complex{Int64},2}:
 1+1im  1+2im
 2+1im  2+2im

> trace([im 0; 0 im]), eye(Complex{Int}, 2)
(0 + 2im,Complex{Int64}[1+0im 0+0im; 0+0im 1+0im])

> collect(1:3) .+ im
3-element Array{Complex{Int64},1}:
 1+1im
 2+1im
 3+1im

> abs2([3+4im, 1]), real([1+2im 3]), conj([im])
([25,1],[1 3],Complex{Int64}[0-1im])

> x = [1,2,3] .* im; x[2:3]
2-element Array{Complex{Int64},1}:
 0+2im
 0+3im

> x = [im, 2]; x[:] = 1; x
2-element Array{Complex{Int64},1}:
 1+0im
 1+0im

> Set([im, 1.0im])
Set([0.0+1.0im])

> sort([2, 1]) .* im
2-element Array{Complex{Int64},1}:
 0+1im
 0+2im

> Complex{Float64}(1+2im), convert(Complex64, 1+2im)
(1.0 + 2.0im,1.0f0 + 2.0f0im)

> sum([im im; 1 2], 1)
1x2 Array{Complex{Int64},2}:
 1+1im  2+1im

> reverse([im, 1]), vcat([im], [1]), [im; 2.5]
(Complex{Int64}[1+0im,0+1im],Complex{Int64}[0+1im,1+0im],Complex{Float64}[0.0+1.0im,2.5+0.0im])

> -[1+2im], +[1im]
(Complex{Int64}[-1-2im],Complex{Int64}[0+1im])

> imag(typemin(Int)*im), conj(typemin(Int)*im)
(-9223372036854775808,0 - 9223372036854775808im)

> (1+2im)
1 + 2im

