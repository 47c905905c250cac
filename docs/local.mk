# Manual pages are made from the public headers and from what the command says about itself.
EXTRA_DIST += docs/architecture.md docs/performance.md docs/running.md docs/security.md docs/session.md tools/manpages
man1dir = $(mandir)/man1
man3dir = $(mandir)/man3
noinst_DATA = man/stamp

man/stamp: tools/manpages $(furrowinclude_HEADERS) furrow$(EXEEXT)
	$(AM_V_GEN)here=`pwd` && cd $(top_srcdir) && \
	  tools/manpages "$$here/man" $(VERSION) "$$here/furrow$(EXEEXT)" $(furrowinclude_HEADERS)
	@touch $@

clean-local:
	-rm -rf man

install-data-local: man/stamp
	$(MKDIR_P) "$(DESTDIR)$(man1dir)" "$(DESTDIR)$(man3dir)"
	$(INSTALL_DATA) man/furrow.1 "$(DESTDIR)$(man1dir)"
	$(INSTALL_DATA) man/*.3 "$(DESTDIR)$(man3dir)"

uninstall-local:
	-rm -f "$(DESTDIR)$(man1dir)/furrow.1" "$(DESTDIR)$(man3dir)"/furrow_*.3
