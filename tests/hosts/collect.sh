#!/bin/bash
# Three emulated hosts under a real Slurm, three pids on each: topology, shared arrays, stitch and message dictionaries, in
# the session and from C; what crosses between hosts is counted; a pid that dies is named.
. "${top_srcdir:?}/tests/tap.sh" || exit 1
. "$top_srcdir/tests/hosts/common.sh" || exit 1
hosts_not_sanitized collect
export suite=${top_builddir:?}/tests/conform/conform furrow tap_work FURROW_TIMEOUT=30s CONFORM_HOSTS=3
hosts_need collect

# The part that runs beside the hosts.
inside() {
  . "$top_srcdir/tests/tap.sh"
  srun() { timeout -k 5 120 srun --mpi=pmix -N3 --ntasks-per-node=3 "$@" >"$tap_work/said" 2>&1 </dev/null; local s=$?; cat "$tap_work/said"; return $s; }
  says() { # says NAME STATEMENTS PATTERN: what the session shows, lines joined by |
    printf '%s\n' "$2" >"$tap_work/session.fur"
    shows() { srun "$furrow" shell --show "$tap_work/session.fur" || return 1; [[ $(grep -v '^srun:\|^slurm' "$tap_work/said" | sed 's/[ \t]*$//' | paste -sd '|') =~ ^($1)$ ]]; }
    tap_ok "$1" shows "$3"
  }
  says "topology, with no traffic" 'describepids()
describepids(remote=1)
describepids(procs(); filterfn=(x)->ismatch(r"h[13]", x))
preferredorder(describepids(remote=2)) == [1,4,7,2,5,8,3,6,9]
invtopology(describepids(remote=2))[6]
localpids() == [1,2,3]' 'Dict\{Any,Any\} with 2 entries:\|  4 => \[4,5,6\]\|  7 => \[7,8,9\]\|Dict\{Any,Any\} with 1 entry:\|  1 => \[1,2,3\]\|Dict\{Any,Any\} with 2 entries:\|  1 => \[1,2,3\]\|  7 => \[7,8,9\]\|true\|4\|true'
  says "a shared array a host" 'topo = describepids();
reps = collect(keys(topo));
someworkers = reps+1;
broadcast_shared(topo, Float32, rand(4,4), :foo);
sow(reps, :(foo[1,:]), :(map(Float32, pi)));
w = reap(someworkers, :(foo[1:2,:]));
w[someworkers[1]][1,1:2]
size(w[someworkers[2]])
broadcast_shared(describepids(remote=2), Float64, collect(1:90000), :big);
all(v -> v == 90000*90001/2, values(reap(procs(), :(sum(big)))))
sow(6, :(big[1]), -1);
reap([1,4,5,7], :(big[1])) == Dict(1=>1.0, 4=>-1.0, 5=>-1.0, 7=>1.0)' '2-element Array\{Float32,1\}:\| 3.14159\| 3.14159\|\(2,4\)\|true\|true'
  says "stitch and messages" 'sow(procs(), :x, :(myid()^2*ones(2)));
stitch([9,1,5], :x)
remotes = workers();
sow(remotes, :m, Dict(k=>0 for k in remotes));
[@spawnat k m[k] = 2k for k in remotes];
swapmsgs(remotes, :m)
all(p -> (@fetchfrom p m) == Dict(k=>2k for k in workers()), remotes)
collectmsgs(:m, remotes) == Dict(k=>2k for k in remotes)
t = @timeit 10 swapmsgs(workers(), :m);
0 < t < 30' '6-element Array\{Float64,1\}:\|  1.0\|  1.0\| 25.0\| 25.0\| 81.0\| 81.0\|true\|true\|true'
  keeps() { srun "$suite" "$1" && ! grep -v '^srun:\|^slurm' "$tap_work/said"; }
  for c in shared_by_all shared_kinds shared_no_stray_write swap_all swap_groups swap_crossings swap_impatient swap_misuse collect_and_stitch; do
    tap_ok "$c, 3 hosts of 3 pids" keeps $c
  done
  # The suite's own words are what counts: srun ends with the status of the pid that is killed.
  dies() { srun "$suite" "$1"; ! grep -q '^pid [0-9]*, line' "$tap_work/said"; }
  tap_ok "a pid of another host dies in a swap, and the others go on" dies death_in_swap
  tap_ok "nothing is left on any host" hosts_left
  tap_end
}
hosts_slurm collect 3
