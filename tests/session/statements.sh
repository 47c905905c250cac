#!/bin/bash
# statements.sh - the first fourteen statements of the model's session as written, and what a person would type next.
# shellcheck source=tests/session/common.sh
. "$top_srcdir/tests/session/common.sh"
num='-?[0-9]+(\.[0-9]+)?(e-?[0-9]+)?'
future='Future\([0-9]+,1,[0-9]+,Nullable\{Any\}\(\)\)'
one='Dict\{Int64,Any\} with 1 entry:\|'

says "1, 2: reap binds there" 'reap(2, :(x = myid()))
reap(2, :(sqrt(x)))' "$one  2 => 2\|$one  2 => 1.41421"
says "3, 4: sow computes here" 'sow(2, :y, myid())
reap(2, :y)' "$future\|$one  2 => 1"
says "5: using" 'using ClusterUtils
@everywhere using ClusterUtils' ''
says "6, 7: reduce over values" 'pids = [2,3,4]
reduce(+, values(reap(pids, :(rand(5).^2))))' "3-element Array\{Int64,1\}:\| 2\| 3\| 4\|5-element Array\{Float64,1\}:(\| +$num){5}"
says "8: fetchfrom" 'sow(3, :bob, pi^2)
@fetchfrom 3 bob' "$future\|9.869604401089358"
says "9, 10: several pids" 'sow([2,3,4], :morebob, :(100 + myid()))
reap([2,3,4], :morebob)' "3-element Array\{Any,1\}:(\| $future){3}\|Dict\{Int64,Any\} with 3 entries:\|  2 => 102\|  3 => 103\|  4 => 104"
says "11: another module" 'sow(4, :specificbob, :(sqrt(myid())); mod=ClusterUtils)
@fetchfrom 4 ClusterUtils.specificbob
@fetchfrom 4 specificbob' "$future\|2.0\|error: .*pid 4: .*specificbob.* is not defined \[NAME\].*"
says "12: slices" 'pids = [2,3,4];
sow(pids, :bar, :(randn(4,4)));
sow(pids, :(bar[1:2,:]), 0);
reap(pids, :bar)[pids[1]]' "4x4 Array\{Float64,2\}:(\| +0.0 +0.0 +0.0 +0.0){2}(\|( +$num){4}){2}"
says "13, 14: keys and slices" 'pids = [2,3,4];
sow(pids, :somedict, :(Dict(:buzz=>randn(2,2), :badger=>"hello")));
sow(pids, :(somedict[:buzz][:,:]), pi);
reap(pids, :(somedict[:buzz]))[pids[1]]
reap(3, :(somedict[:badger]))' "2x2 Array\{Float64,2\}:\| 3.14159  3.14159\| 3.14159  3.14159\|$one  3 => \"hello\""

says "default pids" 'reap(:(myid()^2))
sow(:v, 3);
reap(:v)' 'Dict\{Int64,Any\} with 4 entries:\|  2 => 4\|  3 => 9\|  4 => 16\|  5 => 25\|Dict\{Int64,Any\} with 4 entries:\|  2 => 3\|  3 => 3\|  4 => 3\|  5 => 3'
says "ranges, tuples and arithmetic as pids" 'reap(2:3, :(myid()))
reap((4,2), :(myid()))
p = 2;
reap(p+1, :(myid()))' 'Dict\{Int64,Any\} with 2 entries:\|  2 => 2\|  3 => 3\|Dict\{Int64,Any\} with 2 entries:\|  2 => 2\|  4 => 4\|Dict\{Int64,Any\} with 1 entry:\|  3 => 3'
says "this pid too" 'x = 5;
reap(1, :x)
sow(1, :x, 7);
x
reap(procs(), :(myid()))' "$one  1 => 5\|7\|Dict\{Int64,Any\} with 5 entries:\|  1 => 1\|.*"
says "values interpolated here" 'n = 4;
reap(2, :($n + myid()))
reap(2, :(n + 1))' "$one  2 => 6\|error: .*pid 2: .*n.* is not defined.*"
says "a symbol as value is looked up there" 'sow(3, :a, 10);
sow(3, :b, :a);
reap(3, :b)' "$one  3 => 10"
says "functions travel" 'k = 10;
sow(2, :f, x -> x + 1);
@fetchfrom 2 f(41)
remotecall_fetch(x -> x * myid(), 3, 5)
fetch(remotecall(+, 2, 1, 2))
string(pmap(x -> 10x + myid(), 1:4) .- 10(1:4))' '42\|15\|3\|"\[2,3,4,5\]"'
says "everywhere defines functions" '@everywhere sq(x) = x^2
reap(:(sq(myid())))[5]
sq(3)' '25\|9'
says "spawnat, fetch and wait" 'r = @spawnat 3 10 * myid();
fetch(r)
fetch(wait(r))
[fetch(@spawnat k k + myid()) for k in workers()]' '30\|30\|4-element Array\{[A-Za-z0-9]*,1\}:\|  4\|  6\|  8\| 10'
says "local names are captured, others are not" 'sow(:d, :(Dict(k => 0 for k in workers())));
[@spawnat k d[k] = 2k for k in workers()];
@fetchfrom 3 d[3]
@fetchfrom 3 d[2]' '6\|0'
says "an expression's error stays with its reference" 'r = @spawnat 2 error("bad luck");
fetch(r)' 'error: .*pid 2: bad luck.*'
says "expressions that hold expressions" 'ex = :(a + 1);
sow(2, :a, 1);
reap(2, ex)
sow(2, :(c), :(a + 5));
@fetchfrom 2 c' "$one  2 => 2\|6"
says "quoted literals are themselves" 'reap(2, :(1))
@fetchfrom 3 7' "$one  2 => 1\|7"
says "references of a sow to several pids" 'rs = sow([4,2], :w, :(myid()));
map(fetch, rs)' '2-element Array\{[A-Za-z0-9]*,1\}:\| 4\| 2'
says "Float32, complex, strings, tuples come back" 'reap(2, :(Float32(1.5)))[2]
reap(2, :(2 + 3im))[2]
reap(2, :("a" * "b"))[2]
reap(2, :((1, "x")))[2]' '1.5f0\|2 \+ 3im\|"ab"\|\(1,"x"\)'
many=$(seq -s, 1 5000)
says "a vector of many items" "x = [$many]; (length(x), sum(x), typeof(x))" '\(5000,12502500,Array\{Int64,1\}\)'
says "of many items that differ" "x = [$many,2.5]; (typeof(x), Float32[$many][end])" '\(Array\{Float64,1\},5000.0f0\)'
says "a matrix of many rows" "m = [$(seq -s'; ' -f '%g -1' 1 3000)]; (size(m), sum(m), m[3000,1])" '\(\(3000,2\),4498500,3000\)'
says "where one row is too long" "[$(seq -s'; ' -f '%g -1' 1 3000); 1 2 3]" 'error: .*\[SHAPE\].*'
says "many items elsewhere" "reap(2, :(sum([$many])))" 'Dict\{Int64,Any\} with 1 entry:\|  2 => 12502500'
tap_end
