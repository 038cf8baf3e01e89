#!/bin/sh
# pinned-node.sh [--cached] [<version>]
#
# Prints the path of a Node of exactly this version, fetching it into the cache when it is not there yet; with
# --cached it does not fetch. For machines whose own Node is too old (Ubuntu 24.04's apt has 18), and for running
# tests on other versions. The npm client fetches it, as the package node-linux-<arch> with npm's own configuration;
# what arrives must have the sum that is written here (the registry's sha512 integrity, in hexadecimal).
# Exit code 4: it cannot be had, and why is said on standard error.

default_version=24.21.0

sum_of() {
  case $1 in
  20.19.0-x64) echo 1f355880481a6d5fe7de73f617d99cc52d0dc6083df63ca75fd08ca2f6a42e64984ee4dd4116dbb70d3269d63cfaa29ca977e20c0b5bda19ad47b9c33f372518 ;;
  20.19.0-arm64) echo 913ee35fb7eb6ecaccad732c05a16ddd3875496b39563c53cddd14f2fc5c99d08591aa9ebb98452b4f90a187c8a3976b9abdc39b025f2ed3b68270ffee1344fd ;;
  24.21.0-x64) echo de750bb336795f47dc898a46d2de93add029273027f3e16520d3fa3a2317ed5f07aefa404cf37ddfa5352e545e389ae22d16b87bcc84a900580a72f23cd02ced ;;
  24.21.0-arm64) echo 1692513c4cf63afbd32df8c83a5346158f492cf30a825e66f9de2819804b836e242759a6bcdd5997f1cf2601781c3689e752127afd65d5c459fc333e91e5d6e6 ;;
  26.10.0-x64) echo 3a6033b5aaebd602b83c3fac372a24bb8379438d1df1ea8cb8b8cd6bfcd1bf1177dda0ac54a54840bb385791d83d64965a53224dd9266d913fe8f8628266b487 ;;
  26.10.0-arm64) echo 89d02b57f726a96f4cf4e0f21a56ce222cb1168bab0e1d66241d1274a09d31b4998e379ff422c4377a35fde138c9ff81d3ee410fe17be0ca534c7881dd75d305 ;;
  esac
}

say() { printf 'wirelab: %s\n' "$*" >&2; }

lacking() {
  say "Node $version cannot be had: $*"
  exit 4
}

cached_only=''
if [ "${1-}" = --cached ]; then
  cached_only=yes
  shift
fi
version=${1:-$default_version}

case $(uname -m) in
x86_64) arch=x64 ;;
aarch64) arch=arm64 ;;
*) arch=$(uname -m) ;;
esac
cache=${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/wirelab
place=$cache/node-$version-linux-$arch

if [ -x "$place/bin/node" ]; then
  echo "$place/bin/node"
  exit
fi
[ -z "$cached_only" ] || exit 4

sum=$(sum_of "$version-$arch")
[ -n "$sum" ] || lacking "no sum is pinned for $version on $arch"
[ -z "${WIRELAB_OFFLINE-}" ] || lacking 'WIRELAB_OFFLINE forbids fetching'
command -v npm >/dev/null || lacking 'there is no npm to fetch it with'
if ! mkdir -p "$cache" 2>/dev/null || ! [ -w "$cache" ]; then lacking "$cache cannot be written"; fi
say "fetching Node $version (npm package node-linux-$arch) into $cache"

# Unpacked beside its place and renamed: what has the final name is whole.
part=$(mktemp -d "$cache/.node.XXXXXX") || exit 4
trap 'rm -rf "$part"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

npm pack "node-linux-$arch@$version" --pack-destination "$part" --loglevel=error >"$part/log" 2>&1 </dev/null || {
  tail -n 10 "$part/log" >&2
  lacking "npm could not fetch node-linux-$arch@$version"
}
archive=$part/node-linux-$arch-$version.tgz
echo "$sum  $archive" | sha512sum --check --status ||
  lacking "what npm brought is not what was pinned (its sha512 differs), so it is not used"
mkdir "$part/unpacked" || exit 4
tar -xzf "$archive" -C "$part/unpacked" --strip-components=1 --no-same-owner package/bin/node package/LICENSE ||
  lacking 'it could not be unpacked'
"$part/unpacked/bin/node" --version >/dev/null || lacking 'it does not run here'
# Somebody else may have been faster.
mv -T "$part/unpacked" "$place" 2>/dev/null || [ -x "$place/bin/node" ] || lacking "$place cannot be written"
echo "$place/bin/node"
