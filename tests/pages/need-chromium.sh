#!/bin/sh
# The browser tests drive Debian's chromium without a window. Install it where we may; say loudly where we may not;
# fail in CI. The shell without a window takes a third of the work of the whole browser, which serves as well.
found() { command -v chromium-headless-shell >/dev/null 2>&1; }
found && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing chromium for the browser tests ..."
    {
        apt-get update -q
        DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends chromium-headless-shell
    } >/tmp/tbblearn-chromium.log 2>&1
    found && exit 0
    tail -n 5 /tmp/tbblearn-chromium.log
fi
command -v chromium >/dev/null 2>&1 && exit 0
if [ "$CI" = true ]; then
    echo "chromium is missing and could not be installed: the browser tests cannot run." >&2
    exit 1
fi
echo "***********************************************************************************" >&2
echo "** chromium is missing: the browser tests are SKIPPED. Install it with            **" >&2
echo "**     sudo apt-get install chromium-headless-shell                               **" >&2
echo "***********************************************************************************" >&2
exit 0
