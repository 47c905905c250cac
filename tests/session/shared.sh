#!/bin/bash
# shared.sh - broadcast_shared at the prompt (statements 19 to 21 and what goes beside them), and that an array that eight
# pids share takes its memory once.
# shellcheck source=tests/session/common.sh
. "$top_srcdir/tests/session/common.sh"

says "one array for all pids of the host" 'topo = describepids(remote=2);
reps = collect(keys(topo));
someworkers = reps+1;
broadcast_shared(topo, Float32, rand(4,4), :foo);
sow(reps, :(foo[1,:]), :(map(Float32, pi)));
workerslices = reap(someworkers, :(foo[1:2,:]));
w = workerslices[someworkers[1]];
(size(w), eltype(w), w[1,:] == fill(map(Float32, pi), 4))
all(p -> reap(p, :foo)[p] == foo, procs())
sow(5, :(foo[2,2]), 7);
map(p -> (@fetchfrom p foo[2,2]) == 7, procs()) == [true,true,true,true,true]
reap(3, :(foo[3,:] = 0; sum(foo[3,:])));
foo[3,4]' '\(\(2,4\),Float32,true\)\|true\|true\|0.0f0'
says "other types, shapes and modules" 'topo = describepids(remote=2);
broadcast_shared(topo, Complex{Float64}, [1 2; 3 4], :c);
@fetchfrom 2 c[2,1]
broadcast_shared(topo, Int64, (2,3), :z; mod=Other);
@fetchfrom 4 size(Other.z)
broadcast_shared(topo, Float64, 2, :n);
sow(3, :n, 3.5);
@fetchfrom 5 n
broadcast_shared(topo, Bool, zeros(0), :none);
@fetchfrom 5 length(none)' '3.0 \+ 0.0im\|\(2,3\)\|3.5\|0'
says "a pid that redefines it has its own" 'topo = describepids(remote=2);
broadcast_shared(topo, Int64, [1,2,3], :v);
sow(4, :v, [9,9]);
sow(2, :v, [4,5,6]);
reap(procs(), :(sum(v)))' 'Dict\{Int64,Any\} with 5 entries:\|  1 => 15\|  2 => 15\|  3 => 15\|  4 => 18\|  5 => 15'
refused() { # refused ARGUMENTS PATTERN
  says "refused: $1" "topo = describepids(remote=2);
broadcast_shared($1)" "error: .*$2.*"
}
refused 'describepids(), Float64, [1.0], :foo' 'has no host'
refused 'topo, String, [1.0], :foo' 'String is not a flat type'
refused 'topo, Float64, "x", :foo' 'String'
refused 'Dict(2=>[3,4]), Float64, [1.0], :foo' 'pid 2 stands for a host'
refused 'Dict(2=>[2,3,3]), Float64, [1.0], :foo' 'pid 3 is named twice'
refused 'Dict(2=>[2,3],3=>[3]), Float64, [1.0], :foo' 'pid 3 is named twice'
refused 'Dict(2=>[2,9]), Float64, [1.0], :foo' 'there is no pid 9'
refused 'Dict(2=>[]), Float64, [1.0], :foo' 'list of pids is empty'
refused 'topo, Float64, [1.0], :foo; placement=:away' 'not :away'
refused 'topo, Float64, [1.0], :foo; node=99' 'NUMA node 99'
refused 'topo, Int8, [1000], :foo' '1000'

# The job's memory file, as each pid of a shell maps it: the sum of the proportional sets, in KiB.
nprocs=8
pss() {
  local at sum=0 n
  for at in $(grep -lsza "^SHARED_MARK=$1\$" /proc/[0-9]*/environ 2>/dev/null); do
    n=$(awk '/^[0-9a-f]+-/ { ours = /memfd:furrow/ } ours && $1 == "Pss:" { sum += $2 } END { print sum + 0 }' "${at%/environ}/smaps" 2>/dev/null)
    sum=$((sum + ${n:-0}))
  done
  echo "$sum"
}
taken_once() { # taken_once MIB PLACEMENT: what eight pids that touch all of an array of so many MiB take together
  local mark=$$-$RANDOM count=$(($1 * 131072)) got
  {
    echo "broadcast_shared(describepids(remote=2), Float64, ($count,), :big; placement=:$2);"
    echo "reap(procs(), :(sum(big[1:512:$count])));"
    echo "println(\"touched\")"
    timeout 120 sh -c "until [ -e '$tap_work/$mark' ]; do sleep 0.05; done"
    echo "sow(procs(), :big, 0);"
    echo "println(\"dropped\")"
    timeout 120 sh -c "until [ -e '$tap_work/$mark.end' ]; do sleep 0.05; done"
  } | SHARED_MARK=$mark timeout 300 "$furrow" shell -n 8 >"$tap_work/said" 2>&1 &
  timeout 120 sh -c "until grep -q touched '$tap_work/said'; do sleep 0.05; done" || { cat "$tap_work/said"; return 1; }
  got=$(pss "$mark")
  : >"$tap_work/$mark"
  timeout 120 sh -c "until grep -q dropped '$tap_work/said'; do sleep 0.05; done" || { cat "$tap_work/said"; return 1; }
  local after
  after=$(pss "$mark")
  : >"$tap_work/$mark.end"
  wait
  echo "$1 MiB shared by 8 pids: $((got / 1024)) MiB together, $((after / 1024)) MiB after it was redefined"
  [ "$got" -ge $(($1 * 1024)) ] && [ "$got" -le $(($1 * 1024 + 65536)) ] && [ "$after" -le 65536 ]
}
free_mib=$(awk '$1 == "MemAvailable:" { print int($2 / 1024) }' /proc/meminfo)
if [ "$free_mib" -lt 3000 ]; then tap_skip "memory is taken once" "a gigabyte is shared, and only $free_mib MiB are free"
else tap_ok "eight pids, one gigabyte, taken once" taken_once 1024 interleave; fi
tap_ok "first touched by eight pids, taken once" taken_once 64 owner
tap_end
