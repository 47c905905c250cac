# Builtins that are lines of the language (src/expr/prelude.c).

> round(cot(1.0), 10), sec(0.0), round(csc(1.0), 10), round(coth(1.0), 10), acot(1.0), asind(1.0), cis(0.0)
(0.6420926159,1.0,1.1883951058,1.3130352855,0.7853981633974483,90.0,1.0 + 0.0im)

> sinc(0), sinc(0.5), sinc([0,1]), sincos(0.0), muladd(2,3,4), muladd(2,[3,4],5), mod2pi(7.0), modf(2.5), reim(1+2im)
(1.0,0.6366197723675814,[1.0,0.0],(0.0,1.0),10,[11,13],0.7168146928204138,(0.5,2.0),(1,2))

> isone(1), isone(2.0), isnothing(nothing), oneunit(2.5), oftype(1.0, 2), promote(1,2.5), promote_type(Int,Float64)
(true,false,true,1.0,2.0,(1.0,2.5),Float64)

> count_zeros(1), leading_ones(-1), trailing_ones(7), ndigits(1234), ndigits(0), ndigits(255,16), ndigits(-12)
(63,64,3,4,1,2,2)

> isqrt(24), isqrt(25), isqrt(typemax(Int)), gcdx(12,18), gcdx(-4,6), invmod(3,7), powermod(2,10,1000), nextpow(2,100), prevpow(2,100)
(4,5,3037000499,(6,-1,1),(2,1,1),5,24,128,64)

> invmod(2,4)
! EVAL DomainError: 2 has no inverse modulo 4

> nextpow(1, 5)
! EVAL DomainError: nextpow takes a base above 1

> exponent(8.0), exponent(0.1), significand(10.0), frexp(8.0), frexp(0.0), fma(2.0,3.0,4.0), fma(0.1,10.0,-1.0), fma(2,3,4)
(3,-4,1.25,(0.5,4),(0.0,0),10.0,5.551115123125783e-17,10)

> round(lfact(5), 10), round(beta(2,3), 10), evalpoly(2,[1,2,3]), middle(1,2), middle([1,5])
(4.7874917428,0.0833333333,17,1.5,3.0)

> accumulate(+,[1,2,3]), accumulate(max,[1,3,2]), cummax([1,3,2]), cummin([3,1,2]), accumulate(+, Int[])
([1,3,6],[1,3,3],[1,3,3],[3,1,1],Int64[])

> v = [3,1,2]; cumsum!(v,[1,2,3]), v
([1,3,6],[1,3,6])

> clamp!([1,5,9],2,6), normalize([3,4]), copy!([1,2,3],[9]), copyto!([1,2,3],[7,8]), length(rand!(zeros(2)))
([2,5,6],[0.6,0.8],[9,2,3],[7,8,3],2)

> v = [1,2,3,4]; filter!(iseven, v); v
2-element Array{Int64,1}:
 2
 4

> d = Dict(1=>2,3=>4); filter!((k,v)->k>1, d); d
Dict{Int64,Int64} with 1 entry:
  3 => 4

> s = Set([1,2,3]); filter!(x->x>1, s); s
Set([2,3])

> unique!([1,2,1]), union!([1],[2,1]), symdiff([1,2],[2,3]), isdisjoint([1],[2]), searchsorted([1,2,2,3],2), select([3,1,2],2)
([1,2],[1,2],[1,3],true,2:3,2)

> isperm([2,1]), isperm([1,3]), invperm([2,3,1]), permute!([1,2,3],[3,1,2])
(true,false,[3,1,2],[3,1,2])

> invperm([1,1])
! EVAL ArgumentError: not a permutation

> mode([1,2,2,3]), midpoints([1,3,5]), nonzeros([0,1,2]), only([5]), pairs([5,6]), firstindex([1]), lastindex([1,2]), lastindex("αβ"), linearindices([1,2]), isassigned([1],2)
(2,[2.0,4.0],[1,2],5,Any[(1,5),(2,6)],1,2,3,1:2,false)

> only([1,2])
! EVAL ArgumentError: only takes a collection of 1 item, this one has 2

> axes([1 2;3 4]), axes([1 2],2), eachrow([1 2;3 4]), eachcol([1 2;3 4]), sortrows([3 1;1 2]), sortcols([3 1;1 2])
((1:2,1:2),1:2,Any[[1,2],[3,4]],Any[[1,3],[2,4]],[1 2; 3 1],[1 3; 2 1])

> istriu([1 2;0 1]), istril([1 2;0 1]), isdiag([1 0;0 1]), issym([1 2;2 1]), issymmetric([1 2;3 1]), ishermitian([1 2im;-2im 1]), logdet([1 0;0 1]), findn([1 0;0 1])
(true,false,true,true,false,true,0.0,([1,2],[1,2]))

> ord('a'), isxdigit('f'), isxdigit('g'), iscntrl('\n'), isprint('a'), isgraph(' '), isletter('a'), isnumeric('1'), isuppercase('A'), uppercasefirst("ab"), lowercasefirst("AB")
(97,true,false,true,true,false,true,true,true,"Ab","aB")

> escape_string("a\n\"\$"), bitstring(0x03), length(randstring(5)), tryparse(Int,"5"), tryparse(Int,"x")
("a\\n\\\"\$","00000011",5,5,nothing)

> summary([1,2]), summary([1 2]), summary(1), joinpath("a","b/","c"), joinpath("a","/b"), basename("/a/b.c"), dirname("/a/b.c"), dirname("/b"), dirname("b")
("2-element Array{Int64,1}","1x2 Array{Int64,2}","Int64","a/b/c","/b","b.c","/a","/","")

> cot("a")
! TYPE no method tan(String)

> f(x) = cot(x); try f([1,"a"]) catch e; typeof(e) end
MethodError

> norm = 5; normalize([3,4])
2-element Array{Float64,1}:
 0.6
 0.8

> cot(1, 2)
! ARG `cot` takes 1 argument, 2 given
