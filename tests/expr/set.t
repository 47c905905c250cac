# Sets, products and compositions: what of Julia 0.5 has no other home.

> 3 ∉ [1,2]
true

> (sin ∘ cos)(1.0)
0.5143952585235492

> f = x -> x^2; (f ∘ sqrt)(4)
4.0

> f = x -> x^2; map(f ∘ abs, [-1,-2])
2-element Array{Int64,1}:
 1
 4

> Set([1,2,2,3])
Set([1,2,3])

> s = Set([1,2]); 1 in s
true

> typeof(Set([1,2]))
Set{Int64}

> typeof(Set(["a"]))
Set{String}

> Set("hello")
Set(['h','e','l','o'])

> Set()
Set{Any}()

> Set([1,"a"])
Set(Any[1,"a"])

> union(Set([1,2]), Set([2,3]))
Set([1,2,3])

> Set([1,2]) ∪ Set([3])
Set([1,2,3])

> intersect(Set([1,2]), [2,3])
Set([2])

> [1,2,3] ∩ [2,3]
2-element Array{Int64,1}:
 2
 3

> [1,2] ∪ [2,3]
3-element Array{Int64,1}:
 1
 2
 3

> [1,2] ⊆ [1,2,3]
true

> issubset(Set([1]),Set([1,2]))
true

> s = Set([1]); push!(s, 5); s
Set([1,5])

> s = Set([1,2]); delete!(s, 1); s
Set([2])

> s = Set([1,2]); pop!(s, 1)
1

> length(Set("hello"))
4

> for x in Set([3,4]); print(x, " "); end
! NAME `print` is not defined; did you mean `sprint`?

> [2x for x in Set([1,2])]
2-element Array{Int64,1}:
 2
 4

> isa(Set([1]), Set), isa(Set([1]), Dict), isa(Dict(1=>2), Set), isa(Dict(1=>2), Dict)
(true,false,false,true)

> Set([1,2]) == Set([2,1])
true

> collect(Set([1,2]))
2-element Array{Int64,1}:
 1
 2

> filter(x -> x > 1, Set([1,2,3]))
Set([2,3])

> sum(Set([1,2]))
3

> collect(product([1,2],[3,4]))
2x2 Array{Any,2}:
 (1,3)  (1,4)
 (2,3)  (2,4)

> mapslices(sum, [1 2; 3 4], 1)
1x2 Array{Int64,2}:
 4  6

> mapslices(sum, [1 2; 3 4], 2)
2x1 Array{Int64,2}:
 3
 7

> mapslices(x->x/sum(x), [1 2; 3 4], 2)
2x2 Array{Float64,2}:
 0.333333  0.666667
 0.428571  0.571429

> mapslices(sort, [3 1; 2 4], 1)
2x2 Array{Int64,2}:
 2  1
 3  4

> Set <: Any
true

> :(f ∘ g)
:(f ∘ g)

> :(a ∪ b ∩ c)
:(a ∪ b ∩ c)

> reduce(∪, [[1,2],[2,3]])
3-element Array{Int64,1}:
 1
 2
 3

> Set(1:3) == Set([3,2,1]), Set([1]) == Set([2])
(true,false)

> isequal(Set([1.0]), Set([1]))
true

> setdiff(Set([1,2,3]), Set([2]))
Set([1,3])

> 3 ∉ Set([1,2]), "a" in Set(["a"])
(true,true)

> Set([1,2])[1]
! TYPE a Set has no indices: x in set asks, for goes through it

> s = Set([1]); s[1] = 2
! TYPE cannot convert a value of type Int64 to Void

> push!(Set([1]), "a")
! TYPE cannot convert a value of type String to Int64

> push!(Set([1]), 2.0)
Set([1,2])

> pop!(Set([7]))
7

> pop!(Set([7]), 8)
! TYPE a Set has no indices: x in set asks, for goes through it

> isempty(Set()), length(Set([1,1]))
(true,1)

> copy(Set([1,2]))
Set([1,2])

> unique(Set([1,2]))
Set([1,2])

> Dict(Set([1])=>2)[Set([1])]
2

> [Set([1]), Set([2])]
2-element Array{Any,1}:
 Set([1])
 Set([2])

> map(x -> x + 1, Set([1,2]))
2-element Array{Int64,1}:
 2
 3

> Set(3)
Set([3])

> Set(sin)
! TYPE no method Set(Function)

> typeof(Set([(1,2)]))
Set{Tuple}

> string(Set([1])), "$(Set(['a']))"
("Set([1])","Set(['a'])")

> (sqrt ∘ abs ∘ sin)(-0.5) == sqrt(abs(sin(-0.5)))
true

> 1 ∘ 2
! TYPE no method ∘(Int64, Int64)

> typeof(sin ∘ cos)
Function

> map(uppercase ∘ strip, [" a", "b "])
2-element Array{String,1}:
 "A"
 "B"

> product(1:2)
2-element Array{Any,1}:
 (1,)
 (2,)

> product(1:2, 'a':'b', [true])[2,2,1]
(2,'b',true)

> product(1:2, [])
2x0 Array{Any,2}

> mapslices(x -> x[1:2], [1 2; 3 4; 5 6], 1)
2x2 Array{Int64,2}:
 1  2
 3  4

> mapslices(x -> zeros(length(x) - 1), [1 2; 3 4], [2])
2x1 Array{Float64,2}:
 0.0
 0.0

> mapslices(sum, [1,2], 2)
! ARG the array has no dimension 2

> (allunique([1,2]), allunique([1,2.5,1]), allunique(Set([1,2])), allunique(Set()))
(true,false,true,true)
