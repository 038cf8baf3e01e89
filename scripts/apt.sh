# Sourced by scripts/ready.sh: installing Debian packages without starting what is in them. Uses say, quietly, home and work.
# shellcheck shell=sh
# shellcheck disable=SC2154 # home, work

has_lists() {
  for list in /var/lib/apt/lists/*_Packages*; do [ -e "$list" ] && return; done
  return 1
}

apt_update() {
  say 'fetching the package lists: apt-get update'
  quietly apt-get update -qq
}

apt_candidate() { # the version that apt would install of this package, or nothing
  has_lists || apt_update
  LC_ALL=C apt-cache policy "$1" 2>/dev/null | sed -n 's/^  Candidate: //p'
}

apt_install() { # what for, packages...
  say "installing $(shift && echo "$*") ($1): apt-get install; no service is started"
  shift
  block_services
  # Stale lists name packages that are gone: then once more with fresh ones.
  if ! apt_get_install "$@" >"$work/log" 2>&1 </dev/null; then
    apt_update && quietly apt_get_install "$@"
  fi
  installed=$?
  allow_services
  return $installed
}

apt_get_install() {
  # Ubuntu's needrestart would restart services whose libraries changed: suspended.
  # wireshark-common's question whether dumpcap becomes setuid is answered by its default, no.
  DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 \
    apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"
}

# Debian's way to say "do not start services": maintainer scripts ask this program first, and 101 means no.
# If we are killed, it says so until the apt-get that we started has ended too (that holds our lock, file 9),
# and removes itself at the next question.
policy=/usr/sbin/policy-rc.d
policy_mark='placed by wirelab while it installs packages'

block_services() {
  if [ -e "$policy" ] && ! grep -qs "$policy_mark" "$policy"; then return; fi # somebody's own: not ours to change
  cat >"$policy" <<EOF
#!/bin/sh
# $policy_mark (process $$), removed afterwards
if grep -qs bin/lab /proc/$$/cmdline; then exit 101; fi
flock --nonblock --conflict-exit-code 101 '$home' true
if [ \$? -eq 101 ]; then exit 101; fi
rm -f "\$0"
EOF
  chmod 755 "$policy"
}

allow_services() {
  if grep -qs "$policy_mark (process $$)" "$policy"; then rm -f "$policy"; fi
}
