# Dictionaries, tuples and pairs.

> d = Dict(:a => 1, :b => 2)
Dict{Symbol,Int64} with 2 entries:
  :a => 1
  :b => 2

> d[:a]
1

> d[:z]
! NAME KeyError: the dictionary has no key :z

> d[:c] = 3; length(d)
3

> haskey(d, :a), haskey(d, :q)
(true,false)

> get(d, :a, 0), get(d, :q, 0)
(1,0)

> get!(d, :q, 9), d[:q]
(9,9)

> delete!(d, :q); haskey(d, :q)
false

> pop!(d, :c)
3

> d
Dict{Symbol,Int64} with 2 entries:
  :a => 1
  :b => 2

> collect(keys(d)), collect(values(d))
(Symbol[:a,:b],[1,2])

> sum(values(d))
3

> [k for (k, v) in d]
2-element Array{Symbol,1}:
 :a
 :b

> for (k, v) in d d[k] = v * 10 end; d
Dict{Symbol,Int64} with 2 entries:
  :a => 10
  :b => 20

> Dict("x" => [1,2], "y" => [3])
Dict{String,Array{Int64,1}} with 2 entries:
  "x" => [1,2]
  "y" => [3]

> Dict(1 => "a", 2.5 => "b")
Dict{Any,String} with 2 entries:
  1   => "a"
  2.5 => "b"

> Dict(k => k^2 for k in 1:3)
Dict{Int64,Int64} with 3 entries:
  1 => 1
  2 => 4
  3 => 9

> Dict([(1, 2), (3, 4)])
Dict{Int64,Int64} with 2 entries:
  1 => 2
  3 => 4

> Dict(zip([:a, :b], [1, 2]))
Dict{Symbol,Int64} with 2 entries:
  :a => 1
  :b => 2

> merge(Dict(:a => 1), Dict(:b => 2))
Dict{Symbol,Int64} with 2 entries:
  :a => 1
  :b => 2

> isempty(Dict()), isempty(d)
(true,false)

> d == Dict(:a => 10, :b => 20)
true

> Dict(:a => Dict(:b => 1))[:a][:b]
1

> e = Dict(); e["k"] = [1,2,3]; e["k"][2] = 5; e["k"]
3-element Array{Int64,1}:
 1
 5
 3

> e["n"] = 1; e["n"] += 1; e["n"]
2

> :a in keys(d), 10 in values(d)
(true,true)

> empty!(Dict(1 => 2))
Dict{Int64,Int64} with 0 entries

> t = (1, "a", :b); t[2], length(t)
("a",3)

> (1, 2) == (1, 2), (1, 2) < (1, 3)
(true,true)

> a, (b, c) = 1, (2, 3)
(1,(2,3))

> first((5, 6)), last((5, 6))
(5,6)

> collect((1, 2))
2-element Array{Int64,1}:
 1
 2

> map(x -> 2x, (1, 2))
(2,4)

> (1, 2, 3)[2:3]
(2,3)

> p = :a => 1
:a=>1

> p[1], p[2]
(:a,1)

> first(p), last(p)
(:a,1)

> tuple(), (1,)
((),(1,))

> typeof(p)
Pair{Symbol,Int64}

> for x in (1, 2) end

> (1, 2)...
(1,2)

> max((3, 1, 2)...)
3

> d[:new] = d; length(d[:new])
! TYPE cannot convert a value of type Dict{Symbol,Int64} to Int64

> keys(Dict(:x => 1))
1-element Array{Symbol,1}:
 :x

> sort(collect(Dict(2 => 1, 1 => 2)))
2-element Array{Any,1}:
 1=>2
 2=>1

> m = match(r"b(.)", "abc"); (m.match, m.captures, m.offset)
("bc",String["c"],2)

> d = Dict(:a => Dict(:b => 3)); d.a.b
3

> d = Dict(:a => 1); d.zz
! NAME KeyError: the dictionary has no key :zz

> ((1:3).start, (1:3).stop, (1+2im).re, (1+2im).im)
(1,3,1,2)

> [1,2].x
! TYPE a value of type Array{Int64,1} has no field x

> IntSet([1,2])
! NAME `IntSet` is not defined

# a pair is not taken for two pairs because its key is a tuple
> Dict((1,2) => 2.5)
Dict{Tuple,Float64} with 1 entry:
  (1,2) => 2.5
> Dict((1,2) => (3,4))
Dict{Tuple,Tuple} with 1 entry:
  (1,2) => (3,4)
> Dict(((1,2) => (3,4),))[(1,2)]
(3,4)
> Dict((1 => 2, 3 => 4))
Dict{Int64,Int64} with 2 entries:
  1 => 2
  3 => 4

# Pairs are shown as pairs, and are no tuples; they take apart as tuples do.
> 1=>2, "a"=>[1,2], (1=>2)=>3, :x=>'c', string("a"=>1), "$(1=>2)"
(1=>2,"a"=>[1,2],(1=>2)=>3,:x=>'c',"\"a\"=>1","1=>2")

> typeof(1=>2), typeof(1=>[1]), Pair, isa(1=>2, Pair), isa(1=>2, Tuple), isa((1,2), Pair), (1=>2) == (1,2), (1=>2) == (1=>2)
(Pair{Int64,Int64},Pair{Int64,Any},Pair,true,false,false,false,true)

> k, v = "a"=>1; (k, v, Pair(3, 4), first(1=>2), (1=>2)[2], (5=>6).second)
("a",1,3=>4,1,2,6)

> Dict([1=>2, 3=>4]), Dict((1=>2)=>3), [x for x in Dict(1=>2)], sort([3=>1, 1=>2]), (1=>2) in Dict(1=>2)
(Dict(1=>2,3=>4),Dict((1=>2)=>3),Any[1=>2],Any[1=>2,3=>1],true)
