# Indexing, slicing and assignment to places.

> a = [10,20,30]; a[2]
20

> a[end]
30

> a[end-1]
20

> a[0]
! BOUNDS BoundsError: index 0 is out of range for a 3-element array

> a[4]
! BOUNDS BoundsError: index 4 is out of range for a 3-element array

> a[1:2]
2-element Array{Int64,1}:
 10
 20

> a[[3,1]]
2-element Array{Int64,1}:
 30
 10

> a[[true,false,true]]
2-element Array{Int64,1}:
 10
 30

> a[a .> 15]
2-element Array{Int64,1}:
 20
 30

> a[:]
3-element Array{Int64,1}:
 10
 20
 30

> a[2:end]
2-element Array{Int64,1}:
 20
 30

> a[end:-1:1]
3-element Array{Int64,1}:
 30
 20
 10

> a[1.0]
! TYPE a Float64 cannot be an index: integers, ranges, arrays of them, Bool masks and : can

> a[1.5]
! TYPE a Float64 cannot be an index: integers, ranges, arrays of them, Bool masks and : can

> a["x"]
! TYPE a String cannot be an index: integers, ranges, arrays of them, Bool masks and : can

> a[2] = 5; a
3-element Array{Int64,1}:
 10
  5
 30

> a[1:2] = 0; a
3-element Array{Int64,1}:
  0
  0
 30

> a[1:2] = [7,8]; a
3-element Array{Int64,1}:
  7
  8
 30

> a[:] = 1; a
3-element Array{Int64,1}:
 1
 1
 1

> a[1:2] = [1,2,3]
! SHAPE DimensionMismatch: 3 elements of a 3-element array are assigned to 2 places

> a[3] = 2.5
! OVERFLOW InexactError: 2.5 does not fit in Int64 exactly

> a[3] = 2.0; a
3-element Array{Int64,1}:
 1
 1
 2

> a[2] += 10; a
3-element Array{Int64,1}:
  1
 11
  2

> a[10] = 1
! BOUNDS BoundsError: index 10 is out of range for a 3-element array

> m = [1 2 3; 4 5 6]; m[2,3]
6

> m[1,:]
3-element Array{Int64,1}:
 1
 2
 3

> m[:,1]
2-element Array{Int64,1}:
 1
 4

> m[:,2:3]
2x2 Array{Int64,2}:
 2  3
 5  6

> m[1:1,:]
1x3 Array{Int64,2}:
 1  2  3

> m[:]
6-element Array{Int64,1}:
 1
 4
 2
 5
 3
 6

> m[5]
3

> m[end,end]
6

> m[end]
6

> m[2,4]
! BOUNDS BoundsError: index 4 in dimension 2 is out of range for a 2x3 array

> m[3,1]
! BOUNDS BoundsError: index 3 in dimension 1 is out of range for a 2x3 array

> m[1,1,1]
1

> m[:, [true,false,true]]
2x2 Array{Int64,2}:
 1  3
 4  6

> m[1,:] = 0; m
2x3 Array{Int64,2}:
 0  0  0
 4  5  6

> m[:,1] = [7,8]; m
2x3 Array{Int64,2}:
 7  0  0
 8  5  6

> m[1:2,2:3] = [1 2; 3 4]; m
2x3 Array{Int64,2}:
 7  1  2
 8  3  4

> m[m .> 5] = -1; m
2x3 Array{Int64,2}:
 -1  1  2
 -1  3  4

> m[2,:] .= 9; m
2x3 Array{Int64,2}:
 -1  1  2
  9  9  9

> m .+= 1; m
2x3 Array{Int64,2}:
  0   2   3
 10  10  10

> t = zeros(2,2,2); t[:,:,1] = [1 2; 3 4]; t
2x2x2 Array{Float64,3}:
[:, :, 1] =
 1.0  2.0
 3.0  4.0
\
[:, :, 2] =
 0.0  0.0
 0.0  0.0

> t[2,2,1]
4.0

> t[:,1,:]
2x2 Array{Float64,2}:
 1.0  0.0
 3.0  0.0

> (1:10)[3], (1:2:10)[end], (1:10)[2:4]
(3,9,2:4)

> (10,20,30)[2]
20

> (10,20,30)[4]
! BOUNDS BoundsError: index 4 is out of range for a 3-element tuple

> "hello"[1], "hello"[2:4], "hello"[end]
('h',"ell",'o')

> d = Dict(:a => 1, :b => [1,2]); d[:a]
1

> d[:b][2]
2

> d[:c]
! NAME KeyError: the dictionary has no key :c

> d[:c] = 3; d[:c]
3

> d[:a] += 5; d[:a]
6

> d[:b][1] = 100; d[:b]
2-element Array{Int64,1}:
 100
   2

> haskey(d, :a), haskey(d, :zz), get(d, :zz, 0), length(d)
(true,false,0,3)

> delete!(d, :a); haskey(d, :a)
false

> keys(Dict(1=>2)), values(Dict(1=>2))
([1],[2])

> Dict(k => k^2 for k in 1:2)
Dict{Int64,Int64} with 2 entries:
  1 => 1
  2 => 4

> Dict()
Dict{Any,Any} with 0 entries

> Dict("a" => 1.5)
Dict{String,Float64} with 1 entry:
  "a" => 1.5

> Dict(:x => 1, :y => 2.5)
Dict{Symbol,Any} with 2 entries:
  :x => 1
  :y => 2.5

> sort(collect(keys(Dict(3=>1, 1=>2))))
2-element Array{Int64,1}:
 1
 3

> v = [1,2,3]; v[v .== 2]
1-element Array{Int64,1}:
 2

> w = [1.0,2.0]; w[1] = 5; w
2-element Array{Float64,1}:
 5.0
 2.0

> s = "héllo"; length(s), s[1], endof(s)
(5,'h',6)

> q = [[1,2],[3,4]]; q[2][1]
3

> q[1][2] = 9; q
2-element Array{Any,1}:
 [1,9]
 [3,4]

> [1,2,3][2]
2

> [1 2; 3 4][:,2]
2-element Array{Int64,1}:
 2
 4

> x = 1:5; x[2]
2

> x[2] = 3
! TYPE the elements of a UnitRange{Int64} cannot be changed

> zeros(3)[2:1]
0-element Array{Float64,1}

> (1,2)[1] + 1
2

> z = zeros(2,2); z[1] = 1; z[2,2] = 3; z
2x2 Array{Float64,2}:
 1.0  0.0
 0.0  3.0

> z[:,1] = z[:,2]; z
2x2 Array{Float64,2}:
 0.0  0.0
 3.0  3.0

> z[1,1] *= 2
0.0

> A = reshape(1:24, 2,3,4); A[2,3,4], A[end], A[:,:,2]
(24,24,[7 9 11; 8 10 12])

> A[1,2,:]
4-element Array{Int64,1}:
  3
  9
 15
 21

> sum(A[:,1,:])
84

> [1,2,3][[]]
0-element Array{Int64,1}

> undefined_name[1]
! NAME `undefined_name` is not defined

> a = [1,2,3,4,5]; a[begin], a[begin+1:end], a[begin:2], a[[begin,end]], a[max(begin,2)], a[begin 1; 2 end]
(1,[2,3,4,5],[1,2],[1,5],2,2)

# .= and .+= write into what the name means, for all that share it; they bind nothing.
> a = [1,2]; b = a; b .+= 1; (a, b)
([2,3],[2,3])

> a = [1,2]; b = a; b += 1; (a, b)
([1,2],[2,3])

> x = [1,2]; f() = (x .= 5; 0); f(); g() = (x .-= [1,2]; 0); g(); x
2-element Array{Int64,1}:
 4
 3

> g!(v) = (v .*= 2; v); u = [5,6]; g!(u); u
2-element Array{Int64,1}:
 10
 12

> a = [1.0,2]; h() = map(k -> (a .+= k; 0), 1:2); h(); a
2-element Array{Float64,1}:
 4.0
 5.0

> a = [1,2]; a .*= 2.5
! OVERFLOW InexactError: 2.5 does not fit in Int64

> a = [1,2]; a .+= [1 2]
! SHAPE DimensionMismatch

> a = 1; a .+= 1
! TYPE the elements of a Int64 cannot be changed
