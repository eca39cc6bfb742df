# shellcheck shell=bash
# Fresh trees of Debian, for scripts that need another system than this machine's. Sourced.

# debian_mirror: the mirror that this machine's apt uses, so that one setting does for both.
# Empty where it is no Debian: debootstrap has a default.
debian_mirror() {
    # shellcheck source=/dev/null
    . /etc/os-release
    [ "$ID" = debian ] || return 0
    apt-get indextargets --format "\$(RELEASE) \$(REPO_URI)" 'Created-By: Packages' |
        sed -n "s/^$VERSION_CODENAME //p" | head -n 1
}

# debian_proxy: exports the proxy that this machine's apt uses, if it uses one.
debian_proxy() {
    local proxy=''
    command -v apt-config >/dev/null || return 0
    eval "$(apt-config shell proxy Acquire::http::Proxy)"
    if [ -n "$proxy" ]; then export http_proxy=$proxy; fi
}

# debian_tree SUITE DIRECTORY PACKAGES: a small system with these packages, comma-separated.
debian_tree() {
    # shellcheck disable=SC2046 # no argument at all where there is no mirror
    debootstrap --variant=minbase --include="$3" "$1" "$2" $(debian_mirror) >"$2.log" 2>&1 || {
        tail -n 5 "$2.log" >&2
        return 1
    }
    rm -f "$2.log"
}
