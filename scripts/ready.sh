# Sourced by bin/lab when something is not there yet: brings it, saying what it does in a line each, or names what
# is lacking and exits with 4. Uses bin/lab's variables and functions, and sets node.
# shellcheck shell=sh
# shellcheck disable=SC2046,SC2086 # lists of words are lists of arguments
# shellcheck disable=SC2154 # what bin/lab sets

. "$root/scripts/apt.sh"

make_ready() {
  work=$(mktemp -d "${TMPDIR:-/tmp}/wirelab-ready.XXXXXX") || exit 4
  trap undo_all EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  ready_home
  # Two at once in one checkout: the second waits, and then finds everything there.
  exec 9<"$home"
  flock 9 2>/dev/null || say 'this file system has no locks: start no second one before this is ready'

  ready_programs
  if [ -z "$system_only" ]; then
    ready_copy
    ready_node_modules
    ready_bundle
  fi
  ready_modules

  exec 9<&-
  undo_all
  trap - EXIT HUP INT TERM
}

undo_all() {
  allow_services
  rm -rf "$work"
}

say() { printf 'wirelab: %s\n' "$*" >&2; }

lacking() {
  say "$@"
  exit 4
}

quietly() { # runs a command; its output is shown only when it fails
  "$@" >"$work/log" 2>&1 </dev/null && return
  head -n 20 "$work/log" >&2
  return 1
}

is_root() { [ "$(id -u)" -eq 0 ]; }
is_offline() { [ -n "${WIRELAB_OFFLINE-}" ]; }

# --- programs: Node, npm and the tools ---------------------------------------------------------------------------

ready_programs() {
  missing_of $tools || true
  missing_tools=$missing
  missing_of $extra_tools || true
  missing_extra=$missing
  need_node=''
  find_node || need_node=yes
  need_npm=''
  if ! command -v npm >/dev/null && { [ -n "$need_node$system_only" ] || ! packages_are_there; }; then need_npm=yes; fi

  if is_root && ! is_offline && command -v apt-get >/dev/null; then
    install_programs
  else
    refuse_without_programs
  fi
  # npm itself keeps running with the Node it came with.
  if [ -n "$need_node" ]; then
    [ -z "$system_only" ] || return 0 # each user has a cache
    node=$(sh "$root/scripts/pinned-node.sh") || exit 4
  fi
  remember_node || true
}

# 20.19 or newer, and of the lines in between what the libraries support: not 21, and 22 from 22.12.
version_fits() {
  version=${1#v}
  version=${version#*:}
  major=${version%%.*}
  minor=${version#*.}
  minor=${minor%%.*}
  case $major$minor in '' | *[!0-9]*) return 1 ;; esac
  case $major in
  20) [ "$minor" -ge 19 ] ;;
  22) [ "$minor" -ge 12 ] ;;
  *) [ "$major" -ge 23 ] ;;
  esac
}

find_node() { # the first one in PATH that fits, else the cached one, into $node
  in_path node
  path_node=$found
  old_ifs=$IFS
  IFS=:
  for dir in $PATH; do
    node=$dir/node
    if [ -x "$node" ] && version_fits "$("$node" --version 2>/dev/null)"; then
      IFS=$old_ifs
      return
    fi
  done
  IFS=$old_ifs
  node=$(sh "$root/scripts/pinned-node.sh" --cached)
}

remember_node() { # a short cut for the next start; a cache that cannot be written costs some milliseconds each time
  in_path node
  path_node=$found
  mkdir -p "$cache" 2>/dev/null && [ -w "$cache" ] &&
    printf '%s\n%s\n' "${path_node:-none}" "$node" >"$cache/.node.$$" && mv -f "$cache/.node.$$" "$cache/node"
}

packages_of() { # program:package ... -> packages, each once
  for pair; do echo "${pair#*:}"; done | sort -u | tr '\n' ' '
}

programs_of() { # program:package ... -> "program, program"
  for pair; do printf '%s, ' "${pair%%:*}"; done | sed 's/, $//'
}

install_programs() {
  if [ -n "$need_node" ] && version_fits "$(apt_candidate nodejs)"; then
    apt_install 'Node, which runs wirelab' nodejs && find_node && need_node=''
  fi
  if [ -n "$missing_tools" ]; then
    apt_install "$(programs_of $missing_tools)" $(packages_of $missing_tools) ||
      lacking "this machine lacks $(programs_of $missing_tools), and apt-get could not bring them"
  fi
  # After nodejs, because some packages of it bring npm along.
  if [ -n "$need_npm" ] && ! command -v npm >/dev/null; then
    apt_install 'which fetches libraries' npm || lacking 'this machine lacks npm, and apt-get could not bring it'
  fi
  missing_extra=$(offered_of $missing_extra)
  if [ -n "$missing_extra" ]; then
    apt_install "$(programs_of $missing_extra)" $(packages_of $missing_extra) ||
      say "going on without $(programs_of $missing_extra): what needs them is skipped"
  fi
}

offered_of() { # program:package ... -> those that this distribution has; one that it lacks would stop apt for all
  for pair; do
    case $(apt_candidate "${pair#*:}") in
    '' | '(none)') say "going on without ${pair%%:*}, which this distribution lacks: what needs it is skipped" ;;
    *) printf ' %s' "$pair" ;;
    esac
  done
}

refuse_without_programs() {
  lack='' packages=''
  if [ -n "$need_npm" ]; then
    lack='npm' packages='npm'
    if [ -n "$need_node" ]; then lack='Node 20.19 or newer, npm' packages='nodejs npm'; fi
  fi
  if [ -n "$missing_tools" ]; then
    lack="$lack${lack:+, }$(programs_of $missing_tools)"
    packages="$packages${packages:+ }$(packages_of $missing_tools)"
  fi
  if [ -n "$lack" ]; then
    command -v apt-get >/dev/null || lacking "this machine lacks $lack, and has no apt-get to bring them"
    say "this machine lacks $lack"
    advise "$packages" "$(loadable_modules)"
    exit 4
  fi
  if [ -n "$missing_extra" ]; then
    say "going on without $(programs_of $missing_extra): what needs them is skipped"
    advise "$(packages_of $missing_extra)" ''
  fi
}

advise() { # packages, modules: the one line for somebody who may not, or did not want us to
  sudo='sudo '
  if is_root; then sudo=''; fi
  line=''
  if [ -n "$1" ]; then
    has_lists || line="${sudo}apt-get update && "
    line="$line${sudo}apt-get install --no-install-recommends ${1% }"
  fi
  if [ -n "$2" ]; then line="$line${line:+ && }${sudo}modprobe -a ${2% }"; fi
  printf 'wirelab: run this once, then try again:\n\n  %s\n\n' "$line" >&2
}

# --- libraries and the bundle ------------------------------------------------------------------------------------

ready_home() {
  if [ "$home" = "$root" ]; then return; fi
  mkdir -p "$home" 2>/dev/null
  [ -w "$home" ] || lacking "$root is shared with another machine, so this is built in $home, and that cannot be written"
}

ready_copy() {
  if copy_is_fresh; then return; fi
  say "copying the program to $home, where it is built: $root is shared, and its node_modules and dist/ stay as they are"
  # What is changed while we copy has another time than the listing, and is copied again.
  listing >"$work/listing"
  # The listing goes first: a copy that did not get ready has none.
  rm -f "$home/.listing"
  quietly copy_tree || lacking "$root could not be copied to $home"
  cp "$work/listing" "$home/.listing"
}

copy_tree() {
  find "$home" -mindepth 1 -maxdepth 1 ! -name node_modules ! -name dist -exec rm -rf {} +
  for part in node_modules dist .git .vagrant coverage; do set -- "$@" "--exclude=./$part"; done
  tar -C "$root" "$@" -cf "$work/tree.tar" . &&
    tar -C "$home" --no-same-owner --no-same-permissions -xf "$work/tree.tar" &&
    chmod 755 "$home/bin/lab"
}

as_the_owner() { # what root makes in somebody's checkout belongs to that somebody
  if is_root && [ "$home" = "$root" ]; then chown -R --reference="$root" "$@"; fi
}

ready_node_modules() {
  packages_are_there && return
  ! is_offline || lacking 'npm packages are lacking, and WIRELAB_OFFLINE forbids fetching them'
  [ -w "$home" ] || lacking "npm packages are lacking, and you may not write in $home"
  # npm empties the directory first, and would empty another checkout's.
  [ ! -L "$home/node_modules" ] ||
    lacking "npm packages do not match package-lock.json, and $home/node_modules is a link: install them where it leads"
  # Running labs needs no compiler and no linter. Whoever has them keeps them.
  which='--omit=dev'
  if [ -n "$extra_tools" ] || [ -d "$home/node_modules/vitest" ]; then which='--include=dev'; fi
  say 'installing npm packages: npm ci'
  (npm_ci) || lacking 'npm ci failed'
  as_the_owner "$home/node_modules"
}

npm_ci() {
  cd "$home" || return
  if [ "$path_node" != "$node" ]; then
    WIRELAB_NODE_VERSION=$("$node" --version)
    # npm hands this to Node, which knows these quotes.
    # shellcheck disable=SC2089,SC2090
    NODE_OPTIONS="${NODE_OPTIONS-} --require=\"$root/scripts/npm-node-version.cjs\""
    # shellcheck disable=SC2090
    export WIRELAB_NODE_VERSION NODE_OPTIONS
  fi
  quietly npm ci $which --ignore-scripts --no-audit --no-fund --engine-strict=false --loglevel=error
}

ready_bundle() {
  if ! bundle_is_fresh "$node"; then
    if [ ! -w "$home" ]; then
      bundle_is_fresh || lacking "dist/ is older than src/, and you may not write in $home"
      return
    fi
    say 'building dist/'
    quietly "$node" "$home/scripts/build.js" || lacking 'dist/ could not be built'
    as_the_owner "$home/dist"
  elif [ -w "$home" ]; then
    read -r build <"$home/dist/.stamp"
    version=$("$node" --version)
    for cache_file in "$home/dist/$build"/*."$version"-*.cache; do [ -e "$cache_file" ] && return; done
    "$node" "$home/scripts/build.js" code-cache >/dev/null 2>&1 # without it: slower, not wrong
    as_the_owner "$home/dist"
  fi
}

# --- kernel modules ----------------------------------------------------------------------------------------------

loadable_modules() { # those of the missing ones that modprobe has a file for
  modules_are_there && return
  for module in $missing_modules; do
    case $(modprobe --dry-run --verbose "$module" 2>/dev/null) in *insmod*) printf '%s ' "$module" ;; esac
  done
}

ready_modules() {
  modules_are_there && return
  load=$(loadable_modules)
  load=${load% }
  if [ -n "$load" ]; then
    if ! is_root || is_offline; then
      say "these kernel modules are not loaded: $load"
      advise '' "$load"
      exit 4
    fi
    say "loading kernel modules: modprobe -a $load"
    quietly modprobe -a $load || say 'not all of them could be loaded; what needs them is skipped'
    modules_are_there && return
  fi
  # What is still missing is built in or does not exist: not asked again before the next boot.
  read -r boot </proc/sys/kernel/random/boot_id
  mkdir -p "$cache" 2>/dev/null && [ -w "$cache" ] &&
    echo "$boot$missing_modules" >"$cache/.modules.$$" && mv -f "$cache/.modules.$$" "$cache/modules"
  return 0
}
