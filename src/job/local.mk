noinst_LTLIBRARIES += libjob.la
libjob_la_SOURCES = src/job/job.h src/job/parts.h src/job/service.h \
	src/job/job.c src/job/message.c src/job/bulk.c src/job/wait.c src/job/heap.c src/job/place.c src/job/symbol.c src/job/bind.c \
	src/job/host.c src/job/interrupt.c src/job/recall.c src/job/directory.c src/job/assist.c src/job/rma.c src/job/atomics.c \
	src/job/notify.c src/job/barrier.c src/job/gather.h src/job/gather.c src/job/helper.c src/job/near.c src/job/news.c src/job/hosts.c src/job/spot.c
# together
libjob_la_SOURCES += src/job/share.h src/job/share_state.h src/job/share.c src/job/share_hand.c src/job/share_host.c src/job/share_wire.c \
	src/job/share_member.c src/job/lease.c src/job/broadcast.c
libjob_la_SOURCES += src/job/swap.h src/job/swap.c src/job/swap_group.c src/job/swap_table.c src/job/swap_round.c src/job/swap_far.c \
	src/job/swap_ask.c src/job/msgdict.c src/job/stitch.h src/job/stitch.c
libjob_la_SOURCES += src/job/launch.c src/job/info.c src/job/peer.c
# evaluation
libjob_la_SOURCES += src/job/eval.h src/job/service.c src/job/reply.c src/job/far.c src/job/request.c src/job/ask.c src/job/record.c src/job/print.c \
	src/job/programs.c src/job/known.c src/job/text.c src/job/results.c src/job/future.c src/job/sow.c \
	src/job/reap.c src/job/call.c src/job/direct.c src/job/export.c src/job/reference.c src/job/fetch.c
# session
libjob_la_SOURCES += src/job/session.h src/job/session.c src/job/macro.c src/job/verbs.c src/job/verb_args.c \
	src/job/verbs_eval.c src/job/verbs_text.c src/job/verbs_time.c src/job/verbs_collect.c src/job/verbs_host.c src/job/verbs_name.c src/job/verbs_share.c
