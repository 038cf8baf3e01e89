import { titled } from './comment.ts';

/**
 * The part of the script that makes namespaces for itself and its mounts in them. Who watches whom:
 *
 *   the script ── unshare ── the script again, PID 1 of its own PID namespace ── the command
 *
 * Each is killed when the one before it ends, however that happens (prctl(2), PR_SET_PDEATHSIG), and with PID 1 the kernel ends everything else.
 * unshare(1) blocks SIGTERM, so it is not the one that the caller sees.
 */
export function world(needed: ReadonlyMap<string, readonly string[]>): string {
  const programs = [...needed.values()].flat().join(' ');
  const packages = [...needed.keys()].join(' ');
  return `${titled(
    'A world of its own',
    'From here on everything happens in namespaces that end with this script, however it ends:',
    [
      'this script ── unshare ── this script again, as process 1 in there ── your command',
      '',
      'Each is killed when the one to its left is gone, and with process 1 the kernel takes away all processes,',
      'mounts and networks in there.',
    ],
  )}
PATH=$PATH:/usr/sbin:/sbin
say() { printf '%s: %s\\n' "\${0##*/}" "$*" >&2; }

if [[ -z \${lab_started_by-} ]]; then
  if [[ \${1-} == -h || \${1-} == --help ]]; then
    sed -n '3,/^$/ s/^# \\{0,1\\}//p' "$0"
    exit
  fi
  if [[ ! -f \${BASH_SOURCE[0]-} ]]; then
    say 'write this into a file and run that: the script starts itself again'
    exit 125
  fi
  for program in ${programs}; do
    if ! command -v "$program" >/dev/null; then
      say "this needs $program, which is not installed (apt-get install ${packages})"
      exit 125
    fi
  done

  world=(unshare --mount --net --pid --uts --ipc --fork --kill-child --propagation slave)
  if ((EUID != 0)); then
    world+=(--user --map-root-user)
    # Where this user has further ids (/etc/subuid), they are there too: tcpdump wants to change its user.
    if "\${world[@]}" --map-auto true 2>/dev/null; then world+=(--map-auto); fi
  fi
  if ! "\${world[@]}" true; then
    say 'there can be no namespaces here: run it as root, or let ordinary users make them. On Ubuntu that is'
    say 'sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0'
    exit 125
  fi
  read -r lab_started_by _ </proc/self/stat
  export lab_started_by
  setpriv --pdeathsig KILL "\${world[@]}" bash "\${BASH_SOURCE[0]}" "$@"
  exit
fi

# A process is killed with its parent only once it has asked for that. Are those who started this one still there?
read -r _ _ _ parent _ </proc/self/stat
read -r _ _ _ parent _ <"/proc/$parent/stat"
if [[ $parent != "$lab_started_by" ]]; then
  say 'whoever started this is gone'
  exit 125
fi
unset lab_started_by

trap 'say "line $LINENO: exit status $?: $BASH_COMMAND"; exit 125' ERR
trap 'exit 130' INT

# The processes of this world only, and a /run for the names of network namespaces.
mount -t proc proc /proc
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/netns /run/lock

# In /etc/netns ip-netns(8) finds the files that a namespace has of its own. Where there is no such directory, an /etc
# over the machine's gets one, and no name server while we are at it.
if [[ ! -d /etc/netns ]]; then
  mkdir -p /run/etc/work /run/etc/upper/netns
  echo '# there is no name server in here' >/run/etc/upper/resolv.conf
  mount -t overlay -o lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work overlay /etc
fi
mount -t tmpfs -o mode=755 tmpfs /etc/netns
`;
}
