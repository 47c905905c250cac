# Indexing, slicing and assignment to places.

> a = [10,20,30]; a[2]

> a[end]

> a[end-1]

> a[0]

> a[4]

> a[1:2]

> a[[3,1]]

> a[[true,false,true]]

> a[a .> 15]

> a[:]

> a[2:end]

> a[end:-1:1]

> a[1.0]

> a[1.5]

> a["x"]

> a[2] = 5; a

> a[1:2] = 0; a

> a[1:2] = [7,8]; a

> a[:] = 1; a

> a[1:2] = [1,2,3]

> a[3] = 2.5

> a[3] = 2.0; a

> a[2] += 10; a

> a[10] = 1

> m = [1 2 3; 4 5 6]; m[2,3]

> m[1,:]

> m[:,1]

> m[:,2:3]

> m[1:1,:]

> m[:]

> m[5]

> m[end,end]

> m[end]

> m[2,4]

> m[3,1]

> m[1,1,1]

> m[:, [true,false,true]]

> m[1,:] = 0; m

> m[:,1] = [7,8]; m

> m[1:2,2:3] = [1 2; 3 4]; m

> m[m .> 5] = -1; m

> m[2,:] .= 9; m

> m .+= 1; m

> t = zeros(2,2,2); t[:,:,1] = [1 2; 3 4]; t

> t[2,2,1]

> t[:,1,:]

> (1:10)[3], (1:2:10)[end], (1:10)[2:4]

> (10,20,30)[2]

> (10,20,30)[4]

> "hello"[1], "hello"[2:4], "hello"[end]

> d = Dict(:a => 1, :b => [1,2]); d[:a]

> d[:b][2]

> d[:c]

> d[:c] = 3; d[:c]

> d[:a] += 5; d[:a]

> d[:b][1] = 100; d[:b]

> haskey(d, :a), haskey(d, :zz), get(d, :zz, 0), length(d)

> delete!(d, :a); haskey(d, :a)

> keys(Dict(1=>2)), values(Dict(1=>2))

> Dict(k => k^2 for k in 1:2)

> Dict()

> Dict("a" => 1.5)

> Dict(:x => 1, :y => 2.5)

> sort(collect(keys(Dict(3=>1, 1=>2))))

> v = [1,2,3]; v[v .== 2]

> w = [1.0,2.0]; w[1] = 5; w

> s = "héllo"; length(s), s[1], endof(s)

> q = [[1,2],[3,4]]; q[2][1]

> q[1][2] = 9; q

> [1,2,3][2]

> [1 2; 3 4][:,2]

> x = 1:5; x[2]

> x[2] = 3

> zeros(3)[2:1]

> (1,2)[1] + 1

> z = zeros(2,2); z[1] = 1; z[2,2] = 3; z

> z[:,1] = z[:,2]; z

> z[1,1] *= 2

> A = reshape(1:24, 2,3,4); A[2,3,4], A[end], A[:,:,2]

> A[1,2,:]

> sum(A[:,1,:])

> [1,2,3][[]]

> undefined_name[1]
