#!/bin/sh
# provision.sh [--dedicated] [<user>]
#
# As root, on Debian 13 or Ubuntu 24.04: brings what labs need to this machine, so that the user afterwards runs them
# without sudo. Each change is said in a line; what is right already is left alone, so a second run says nothing but
# its last line. No service is started.
#
#   programs ── modules ── modules at boot ── ids ── user namespaces ── libraries and bundle, as the user
#    apt-get    modprobe   modules-load.d   subuid     sysctl.d                bin/lab --make-ready
#
# The user is, where none is named, who called sudo. With --dedicated the machine is there for labs (Vagrant's is): then
# it is also opened where that would be somebody else's decision. Without it, what stays closed is said.
#
#   user namespaces   Ubuntu's AppArmor and hardened kernels keep them from ordinary users. The sysctl and no AppArmor
#                     profile: a profile has to name unshare(1), which anybody may start, so it would open the same door
#                     to the same people, only less visibly, and depend on the version of AppArmor's policy.
#   br_netfilter      changes how all bridges of the machine filter
#   /etc/profile.d    `lab` in PATH, its completion, and a login shell that begins in this tree
#
# Exit code 2: wrong usage. 4: something is lacking, and is named.
set -u

say() { printf 'wirelab: %s\n' "$*" >&2; }
wrong() {
  say "$@"
  exit 2
}
lacking() {
  say "$@"
  exit 4
}

usage='scripts/provision.sh [--dedicated] [<user>]'
case $0 in */*) root=${0%/*}/.. ;; *) root=.. ;; esac
root=$(cd "$root" && pwd -P) || exit 4
case $root in *\'*) lacking "a path with a quotation mark is too much for a machine's start-up files: $root" ;; esac
PATH=$PATH:/usr/sbin:/sbin
export PATH

# --- for whom ---------------------------------------------------------------------------------------------------------

dedicated='' user=''
for word; do
  case $word in
  --dedicated) dedicated=yes ;;
  -*) wrong "there is no option $word: $usage" ;;
  *)
    [ -z "$user" ] || wrong "one user at a time: $usage"
    user=$word
    ;;
  esac
done
[ "$(id -u)" -eq 0 ] || wrong "this prepares the machine, so it needs root: sudo $usage"
user=${user:-${SUDO_USER:-root}}
id -u "$user" >/dev/null 2>&1 || wrong "there is no user $user here"
user_home=$(getent passwd "$user" | cut -d: -f6)

as_user() { # with root's environment, as proxies and the like are, and the user's own home
  if [ "$user" = root ]; then "$@"; else
    runuser -u "$user" -- env -u XDG_CACHE_HOME HOME="$user_home" USER="$user" LOGNAME="$user" "$@"
  fi
}

ensure_file() { # path, mode, what for, text
  if [ "$4" = "$(cat "$1" 2>/dev/null)" ]; then return; fi
  say "writing $1: $3"
  # Whoever reads it meanwhile sees the old one or the new one.
  if ! { mkdir -p "${1%/*}" && printf '%s\n' "$4" >"$1.part" && chmod "$2" "$1.part" && mv -f "$1.part" "$1"; }; then
    lacking "$1 could not be written"
  fi
}

lines() { printf '%s\n' "$@"; }

# --- programs and kernel modules ------------------------------------------------------------------------------------------

sh "$root/bin/lab" --make-ready system >/dev/null || exit

# systemd-modules-load(8) complains of what has no file, so only modules that have one are named; br_netfilter may not be.
modules=$(sed -n "s/^base_modules='\(.*\)'$/\1/p" "$root/bin/lab")
[ -z "$dedicated" ] || modules="$modules br_netfilter"
has_file() { modinfo -n "$1" 2>/dev/null | grep -q '^/'; }
at_boot=''
for module in $modules; do
  if has_file "$module"; then at_boot="$at_boot $module"; fi
done
if [ -n "$at_boot" ]; then
  # shellcheck disable=SC2086 # the words are the lines
  ensure_file /etc/modules-load.d/wirelab.conf 644 "kernel modules that are loaded at boot:$at_boot" \
    "$(lines '# What labs need. Written by scripts/provision.sh of wirelab.' $at_boot)"
fi
if [ -n "$dedicated" ] && [ ! -d /sys/module/br_netfilter ] && has_file br_netfilter; then
  say 'loading a kernel module: modprobe br_netfilter (from now on iptables sees what bridges switch)'
  modprobe br_netfilter || say 'it could not be loaded; what needs it is skipped'
fi

# --- ids that the user may give away inside --------------------------------------------------------------------------------

free_ids() { # file: the first 65,536 behind all that are given away (subuid(5): name:first:count)
  awk -F: 'BEGIN { first = 100000 } $2 + $3 > first { first = $2 + $3 } END { print first "-" first + 65535 }' "$1" 2>/dev/null ||
    echo 100000-165535
}

ready_ids() { # u or g
  file=/etc/sub${1}id
  [ -e "$file" ] || : >"$file"
  if grep -q -e "^$user:" -e "^$(id -u "$user"):" "$file"; then return; fi
  ids=$(free_ids "$file")
  say "giving $user further ids, so that programs inside a lab can change theirs: usermod --add-sub${1}ids $ids $user"
  usermod "--add-sub${1}ids" "$ids" "$user" || lacking "$file could not be changed"
}

if [ "$user" != root ]; then
  ready_ids u
  ready_ids g
fi

# --- user namespaces ----------------------------------------------------------------------------------------------------

setting() { cat "/proc/sys/$1" 2>/dev/null; }
closed=''
[ "$(setting kernel/apparmor_restrict_unprivileged_userns)" != 1 ] ||
  closed="$closed kernel.apparmor_restrict_unprivileged_userns=0"
[ "$(setting kernel/unprivileged_userns_clone)" != 0 ] || closed="$closed kernel.unprivileged_userns_clone=1"
[ "$(setting user/max_user_namespaces)" != 0 ] || closed="$closed user.max_user_namespaces=15000"
if [ -n "$closed" ] && [ "$user" != root ]; then
  if [ -n "$dedicated" ]; then
    # shellcheck disable=SC2086 # the words are the lines
    ensure_file /etc/sysctl.d/60-wirelab.conf 644 "ordinary users may make user namespaces, from now on:$closed" \
      "$(lines '# Labs without sudo. Written by scripts/provision.sh of wirelab.' $closed)"
    # shellcheck disable=SC2086 # each is a word
    sysctl -q -w $closed || lacking "this kernel keeps user namespaces from $user: sysctl -w$closed failed"
  else
    say "this machine keeps user namespaces from ordinary users, and that is not ours to change: $user needs sudo for labs, or"
    say "  sudo sysctl -w$closed      (scripts/provision.sh --dedicated does it for good)"
  fi
fi

# --- libraries and the bundle ----------------------------------------------------------------------------------------------

# Where the user may not write, root makes it; where the tree is shared, each user has a copy.
if ! as_user test -w "$root"; then sh "$root/bin/lab" --make-ready >/dev/null || exit; fi
cd / && as_user sh "$root/bin/lab" --make-ready >/dev/null || exit

# --- at hand -------------------------------------------------------------------------------------------------------------

if [ -n "$dedicated" ]; then
  ensure_file /usr/local/bin/lab 755 "\`lab\` is $root/bin/lab" "#!/bin/sh
exec sh '$root/bin/lab' \"\$@\""
  ensure_file /etc/profile.d/wirelab.sh 644 "a login shell begins in $root, with completion" \
    "# Written by scripts/provision.sh of wirelab.
case \$- in
*i*)
  if [ \"\$PWD\" = \"\$HOME\" ]; then cd '$root' || :; fi
  if [ -n \"\${BASH_VERSION-}\" ]; then eval \"\$(lab completion bash 2>/dev/null)\"; fi
  ;;
esac"
fi

say "ready: $user can run labs in $root"
