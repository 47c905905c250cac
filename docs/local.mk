# Manual pages are made from the public headers and from what the command says about itself.
EXTRA_DIST += docs/architecture.md docs/performance.md docs/running.md docs/security.md tools/manpages
noinst_DATA = man/stamp man/furrow.1
CLEANFILES += man/stamp man/furrow.1

man/stamp: tools/manpages $(furrowinclude_HEADERS)
	$(AM_V_GEN)out=`pwd`/man && cd $(top_srcdir) && tools/manpages "$$out" $(VERSION) $(furrowinclude_HEADERS)
	@touch $@

man/furrow.1: furrow$(EXEEXT)
	@mkdir -p man
	$(AM_V_GEN){ echo '.TH FURROW 1 "" "Furrow $(VERSION)" "Furrow"'; \
	  echo '.SH NAME'; echo 'furrow \- named data and shipped computation on many processes'; \
	  echo '.SH DESCRIPTION'; echo '.nf'; \
	  ./furrow$(EXEEXT) --help | sed "s/\\\\/\\\\e/g; s/-/\\\\-/g; s/^[.']/\\\\\\&&/"; } >$@.new && mv $@.new $@

clean-local:
	-rm -rf man

install-data-local: man/stamp man/furrow.1
	$(MKDIR_P) "$(DESTDIR)$(man1dir)" "$(DESTDIR)$(man3dir)"
	$(INSTALL_DATA) man/furrow.1 "$(DESTDIR)$(man1dir)"
	$(INSTALL_DATA) man/*.3 "$(DESTDIR)$(man3dir)"

uninstall-local:
	-rm -f "$(DESTDIR)$(man1dir)/furrow.1" "$(DESTDIR)$(man3dir)"/furrow_*.3
